using XenKube.Ignition.Model;

namespace XenKube.Ignition.Comparing;

/// <summary>What a change destroys on a guest that ignites with the new config.</summary>
internal static class Destruction
{
    /// <summary>Flags that make Ignition wipe, and what it wipes.</summary>
    private static readonly Dictionary<string, string> Wipes = new(StringComparer.Ordinal)
    {
        ["wipeTable"] = "wipes the partition table",
        ["wipePartitionEntry"] = "wipes a partition",
        ["wipeFilesystem"] = "wipes the file system",
        ["wipeVolume"] = "wipes the volume",
        ["force"] = "wipes the file system",
    };

    /// <summary>Statements by kind of thing that Ignition carries out by recreating the thing, or refuses.</summary>
    private static readonly Dictionary<string, (string[] Names, string What)> Remakes = new(StringComparer.Ordinal)
    {
        ["Disk"] = (["number", "start", "startMiB", "size", "sizeMiB", "resize"], "moves or resizes a partition"),
        ["Filesystem"] = (["device", "format", "label", "uuid", "options"], "reformats the file system"),
        ["Raid"] = (["level", "devices", "spares", "options"], "recreates the array"),
        ["Luks"] = (["device", "label", "uuid", "options", "keyFile"], "recreates the volume"),
    };

    /// <summary>What the change destroys, in a few words; empty if it destroys nothing.</summary>
    /// <param name="old">The thing before; null where there was none.</param>
    /// <param name="now">The thing after; null where there is none.</param>
    /// <param name="labels">The statements that differ.</param>
    public static string Of(ComparedItem? old, ComparedItem? now, IReadOnlyList<string> labels)
    {
        if (now is null)
        {
            return old!.Kind == ComparedItem.Setting ? "" : "removed";
        }
        var found = new List<string>();
        foreach (var part in now.Parts)
        {
            if (Wipes.TryGetValue(part.Name, out var wipe) && part.Value.Flag)
            {
                found.Add(wipe);
            }
            else if (part.Name == "shouldExist" && part.Value.Type.Kind == ConfigKind.Flag && !part.Value.Flag)
            {
                found.Add(now.Kind == "Disk" ? "removes a partition" : $"removes the {now.Kind.ToLowerInvariant()}");
            }
            else if (part is { Name: "overwrite", Value.Flag: true } && now.Kind is "Directory" or "Link" && labels.Contains("overwrite"))
            {
                found.Add("replaces what is at its path");
            }
        }
        if (old is not null && Remakes.TryGetValue(now.Kind, out var remake) && labels.Any(label => remake.Names.Contains(NameOf(label))))
        {
            found.Add(remake.What);
        }
        if (old is not null && now.Kind == "Disk" && Entries(old).Except(Entries(now)).Any())
        {
            found.Add("removes a partition");
        }
        return string.Join(", ", found.Distinct());
    }

    private static string NameOf(string label) => label[(label.LastIndexOf('.') + 1)..];

    private static IEnumerable<string> Entries(ComparedItem disk) =>
        disk.Parts.Select(part => part.Label)
            .Where(label => label.StartsWith("partitions[", StringComparison.Ordinal))
            .Select(label => label[..(label.IndexOf(']', StringComparison.Ordinal) + 1)]);
}
