namespace XenKube.Ignition.Model;

/// <summary>What is demanded of a value beyond its type.</summary>
/// <param name="value">The value; for the rule of a field, the object that the field belongs to.</param>
/// <param name="at">Takes what was found, at the value's own place or below it; for the rule of a field, at the field's place.</param>
internal delegate void ConfigRule(ConfigValue value, FindingPlace at);
