using System.Globalization;

namespace XenKube.Clusters;

/// <summary>The release that a disk holds, as its os-release on USR says.</summary>
/// <param name="Id">coreos or flatcar; empty where it is not said.</param>
/// <param name="Version">The release, such as 1520.9.0; empty where it is not said.</param>
internal sealed record GuestOfImage(string Id, string Version)
{
    // Container Linux: coreos/coreos-overlay, branch build-N, sys-apps/ignition, is the Ignition that releases N.x.y have:
    // build-1451 0.16.0, 1465 0.17.2, 1675 0.21.0, 1688 0.22.0, 1981 0.28.0, 1995 0.29.1, and 0.34.0 in the last of them.
    // Flatcar: flatcar/flatcar-website, data/releases/alpha/*.yml: 3066.0.0 has Ignition 0.36.1, 3185.0.0 2.13.0 with
    // generation 2 still understood, 3535.0.0 2.15.0, 4152.0.0 2.20.0.
    // Specification and Ignition: coreos/ignition, NEWS of the branch spec2x ("Mark the … config spec as stable": 2.1.0 in
    // 0.17.0, 2.2.0 in 0.22.0, 2.3.0 in 0.29.0, 2.4.0 in 0.35.0), and docs/specs.md (3.3.0 in 2.11.0, 3.4.0 in 2.15.0,
    // 3.5.0 in 2.20.0, 3.6.0 in 2.26.0). A release is numbered by the days since 2013-07-01: the branch of one below 4614 is older than
    // Ignition 2.26.0 of 2026-02-17.
    private static readonly (string Id, string Specification, int First)[] FirstReleases =
    [
        ("coreos", "2.1.0", 1465),
        ("coreos", "2.2.0", 1688),
        ("coreos", "2.3.0", 1995),
        ("flatcar", "2.3.0", 1995),
        ("flatcar", "2.4.0", 3066),
        ("flatcar", "3.0.0", 3185),
        ("flatcar", "3.1.0", 3185),
        ("flatcar", "3.2.0", 3185),
        ("flatcar", "3.3.0", 3185),
        ("flatcar", "3.4.0", 3535),
        ("flatcar", "3.5.0", 4152),
        ("flatcar", "3.6.0", 4614),
        ("flatcar", "3.7.0-experimental", 4614),
    ];

    /// <summary>Reads os-release(5).</summary>
    public static GuestOfImage Parse(string text)
    {
        string Value(string key) => text.Split('\n').FirstOrDefault(line =>
            line.StartsWith(key + "=", StringComparison.Ordinal)) is { } line ? line[(key.Length + 1)..].Trim().Trim('"', '\'') : "";
        return new GuestOfImage(Printable.Of(Value("ID"), 64),
            Printable.Of(Value("VERSION_ID") is { Length: > 0 } id ? id : Value("VERSION"), 64));
    }

    /// <summary>Why this release's Ignition would not take a config; null where nothing speaks against it.</summary>
    public string? Refuses(int generation, string specification)
    {
        if (!int.TryParse(Version.Split('.')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var major)
            || Id is not ("coreos" or "flatcar"))
        {
            return null;
        }
        var first = Array.Find(FirstReleases, entry => entry.Id == Id && entry.Specification == specification).First;
        var name = Id == "coreos" ? "Container Linux" : "Flatcar";
        return (Id, generation) switch
        {
            ("coreos", 3) => $"Container Linux {Version} takes generation 2 only",
            ("flatcar", 3) when major < 3185 => $"Flatcar {Version} takes generation 2 only, as all before 3185",
            ("coreos", 2) when specification == "2.4.0" => $"no Container Linux takes that, {Version} neither",
            _ when major < first => string.Create(CultureInfo.InvariantCulture,
                $"{name} {Version} is older than {first}, the first that takes it"),
            _ => null,
        };
    }
}
