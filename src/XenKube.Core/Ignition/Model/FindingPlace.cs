using XenKube.Ignition.Reporting;

namespace XenKube.Ignition.Model;

/// <summary>A place of a config's tree at which a rule adds its findings. A message that is null is not added.</summary>
/// <param name="findings">The list to which findings are added.</param>
/// <param name="path">The place.</param>
internal readonly struct FindingPlace(List<ConfigFinding> findings, ConfigPath path)
{
    /// <summary>A field of the object at this place.</summary>
    public FindingPlace Field(string name) => new(findings, path.Field(name));

    /// <summary>An item of the list at this place.</summary>
    public FindingPlace Item(int index) => new(findings, path.Item(index));

    /// <summary>Adds an error at this place.</summary>
    public void Error(string? message) => Add(ReportKind.Error, message);

    /// <summary>Adds an error at a field of the object at this place.</summary>
    public void Error(string field, string? message) => Add(ReportKind.Error, message, field);

    /// <summary>Adds a warning at this place.</summary>
    public void Warning(string? message) => Add(ReportKind.Warning, message);

    /// <summary>Adds a warning at a field of the object at this place.</summary>
    public void Warning(string field, string? message) => Add(ReportKind.Warning, message, field);

    /// <summary>Adds the remark that something newer should be used.</summary>
    public void Deprecated(string? message) => Add(ReportKind.Deprecated, message);

    /// <summary>Adds a finding with a place of its own.</summary>
    public void Add(ConfigFinding finding) => findings.Add(finding);

    private void Add(ReportKind kind, string? message, string? field = null)
    {
        if (message is not null)
        {
            findings.Add(new ConfigFinding(kind, field is null ? path : path.Field(field), message));
        }
    }
}
