// Package deliver takes one mail or one chat post to the other side and says
// what the other side said. It tries once, in bounded time, and never again by
// itself: whoever calls decides that. What it cannot know, it calls unknown: a
// mail of which the last byte was written and whose answer never came may have
// arrived, and sending it again might double it.
package deliver
