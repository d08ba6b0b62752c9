package store

import (
	"reflect"
	"testing"

	"groundswell/internal/adoption"
)

// An index is renewed from the last one: a field that is not taken over would be
// empty whenever nothing of its kind changed.
func TestARenewedIndexKeepsEveryField(t *testing.T) {
	var x adoption.Index
	from := reflect.ValueOf(&x).Elem()
	for i := range from.NumField() {
		if f := from.Field(i); f.CanSet() {
			fill(t, f, from.Type().Field(i).Name)
		}
	}
	to := reflect.ValueOf(copyIndex(&x)).Elem()
	for i := range to.NumField() {
		if name := to.Type().Field(i).Name; from.Field(i).CanSet() && to.Field(i).IsZero() {
			t.Errorf("%s is lost", name)
		}
	}
}

// fill gives a field any value but its zero.
func fill(t *testing.T, f reflect.Value, name string) {
	switch f.Kind() {
	case reflect.Slice:
		f.Set(reflect.MakeSlice(f.Type(), 1, 1))
	case reflect.Bool:
		f.SetBool(true)
	case reflect.Int, reflect.Int32, reflect.Int64:
		f.SetInt(7)
	case reflect.Struct:
		fill(t, f.Field(0), name)
	default:
		t.Fatalf("%s is of a kind that is not known here: %s", name, f.Kind())
	}
}
