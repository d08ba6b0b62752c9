// Package sendchannel draws what messages go out by: email and the webhooks of
// chats, how each of them stands, and the forms that set them up. The address of
// a webhook is never among what it draws.
package sendchannel
