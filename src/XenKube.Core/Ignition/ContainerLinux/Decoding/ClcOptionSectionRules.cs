using XenKube.Ignition.ContainerLinux.Model;

namespace XenKube.Ignition.ContainerLinux.Decoding;

/// <summary>What sets etcd and flannel apart.</summary>
/// <param name="Key">The key of the section.</param>
/// <param name="TypeName">Its type's name in messages.</param>
/// <param name="CommonFields">The fields that every version has.</param>
/// <param name="FindOptions">The options of a version; null where it is not known.</param>
internal sealed record ClcOptionSectionRules(
    string Key, string TypeName, ClcField<ClcOptionSection>[] CommonFields, Func<ClcVersion?, IReadOnlyList<ClcOption>?> FindOptions)
{
    public ClcShape<ClcOptionSection> CommonShape { get; } = new($"types.{Key}Common", CommonFields);

    /// <summary>The rule about the section as a whole.</summary>
    public Func<ClcOptionSection, ClcFinding?>? Rule { get; init; }
}
