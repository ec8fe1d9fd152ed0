using System.Globalization;

namespace XenKube.Clusters;

/// <summary>The release that a disk holds, as its os-release on USR says.</summary>
/// <param name="Id">coreos or flatcar; empty where it is not said.</param>
/// <param name="Version">The release, such as 1520.9.0; empty where it is not said.</param>
internal sealed record GuestOfImage(string Id, string Version)
{
    // Flatcar 3185.0.0 (Ignition 2.14) was the first to take configs of generation 3, and still takes those of 2.
    private const int FirstFlatcarWithGeneration3 = 3185;

    // Lower bounds, with care: specification 2.2.0 came in spring 2018, 2.3.0 in winter 2018/19.
    private const int LeastFor22 = 1632;
    private const int LeastFor23 = 1911;

    /// <summary>Reads os-release(5).</summary>
    public static GuestOfImage Parse(string text)
    {
        string Value(string key) => text.Split('\n').FirstOrDefault(line => line.StartsWith(key + "=", StringComparison.Ordinal)) is { } line ? line[(key.Length + 1)..].Trim().Trim('"', '\'') : "";
        return new GuestOfImage(Printable.Of(Value("ID"), 64), Printable.Of(Value("VERSION_ID") is { Length: > 0 } id ? id : Value("VERSION"), 64));
    }

    /// <summary>Why this release's Ignition would not take a config; null where nothing speaks against it.</summary>
    public string? Refuses(int generation, string specification)
    {
        if (!int.TryParse(Version.Split('.')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var major) || Id is not ("coreos" or "flatcar"))
        {
            return null;
        }
        return (Id, generation, specification) switch
        {
            ("coreos", 3, _) => $"Container Linux {Version} takes generation 2 only",
            ("flatcar", 3, _) when major < FirstFlatcarWithGeneration3 => $"Flatcar {Version} takes generation 2 only",
            ("coreos", 2, "2.2.0") when major < LeastFor22 => $"Container Linux {Version} is older than that",
            ("coreos", 2, "2.3.0") when major < LeastFor23 => $"Container Linux {Version} is older than that",
            _ => null,
        };
    }
}
