package store

// FeatureStatements are the statements whose plans a test looks at.
func FeatureStatements() map[string]string {
	return map[string]string{
		"sums of all": featureSumsSQL, "sums of one": featureSumSQL, "spans of all": featureSpansSQL,
		"spans of one": featureSpanSQL, "days of one": featureDaysSQL,
	}
}
