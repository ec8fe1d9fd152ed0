using System.Globalization;

namespace XenKube.Guests;

/// <summary>What <c>xl info</c> says of the host.</summary>
/// <param name="Values">Every line of it, by name.</param>
public sealed record XenHostInfo(IReadOnlyDictionary<string, string> Values)
{
    /// <summary>The host's name.</summary>
    public string Host => Values.GetValueOrDefault("host", "");

    /// <summary>Xen's version, such as 4.17.7; empty where xl does not say.</summary>
    public string XenVersion => Values.GetValueOrDefault("xen_version", "");

    /// <summary>Memory of the machine in MiB.</summary>
    public long TotalMemory => Number("total_memory");

    /// <summary>Memory that guests can still get, in MiB.</summary>
    public long FreeMemory => Number("free_memory");

    /// <summary>Processors of the machine.</summary>
    public long CpuCount => Number("nr_cpus");

    /// <summary>
    /// Whether guests can run in a hardware container (PVH and HVM): Xen names <c>hvm</c> where the processor has VT-x or SVM.
    /// </summary>
    public bool CanRunPvh => Has("virt_caps", caps => caps == "hvm") || Has("xen_caps", caps =>
        caps.StartsWith("hvm-3.0-x86", StringComparison.Ordinal));

    /// <summary>Xen's version as two numbers, such as (4, 17); null where xl does not say.</summary>
    internal (int Major, int Minor)? Version =>
        XenVersion.Split('.') is [var first, var second, ..]
            && int.TryParse(first, NumberStyles.None, CultureInfo.InvariantCulture, out var major)
            && int.TryParse(new string([.. second.TakeWhile(char.IsAsciiDigit)]), NumberStyles.None, CultureInfo.InvariantCulture,
                out var minor) ? (major, minor) : null;

    /// <summary>Reads the output of <c>xl info</c>.</summary>
    /// <param name="output">The output.</param>
    internal static XenHostInfo Parse(string output)
    {
        var values = new Dictionary<string, string>();
        foreach (var line in output.Split('\n'))
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon > 0)
            {
                values[line[..colon].Trim()] = line[(colon + 1)..].Trim();
            }
        }
        return new XenHostInfo(values);
    }

    private bool Has(string name, Func<string, bool> isIt) => Values.GetValueOrDefault(name, "").Split(' ').Any(isIt);

    private long Number(string name) => long.TryParse(Values.GetValueOrDefault(name), NumberStyles.None, CultureInfo.InvariantCulture,
        out var number) ? number : 0;

    /// <inheritdoc/>
    public override string ToString() => $"{Host} (Xen {XenVersion})";
}
