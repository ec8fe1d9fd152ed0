namespace XenKube.Ignition.Syntax;

/// <summary>One <c>Name=Value</c> of a systemd unit.</summary>
/// <param name="Section">The section that contains it.</param>
/// <param name="Name">The option's name.</param>
/// <param name="Value">Its value, continued lines included, trimmed.</param>
internal readonly record struct UnitOption(string Section, string Name, string Value);
