using XenKube.Parsing.Yaml;

namespace XenKube.Ignition.ContainerLinux.Decoding;

/// <summary>A key of an object of the model: how its value is read, and what is checked about it.</summary>
/// <param name="key">The key.</param>
internal abstract class ClcField<T>(string key)
{
    public string Key { get; } = key;

    /// <summary>The rule about this field, given the object it belongs to.</summary>
    public Func<T, ClcFinding?>? Rule { get; init; }

    public abstract void Read(ClcDecoder decoder, YamlNode node, T owner);

    /// <summary>Checks the field, then what is below it.</summary>
    public void Validate(T owner, YamlPlace place, Report report)
    {
        if (Rule?.Invoke(owner) is { } finding)
        {
            report.Add(place.Entry(finding.Kind, finding.Message));
        }
        ValidateBelow(owner, place, report);
    }

    protected virtual void ValidateBelow(T owner, YamlPlace place, Report report)
    {
    }
}
