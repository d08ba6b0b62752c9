package store

import "strconv"

// WebhookOf names the credential that is the address of a chat.
func WebhookOf(channel int) string { return "send_channel/" + strconv.Itoa(channel) }
