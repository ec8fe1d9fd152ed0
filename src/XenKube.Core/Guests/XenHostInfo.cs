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

    private long Number(string name) => long.TryParse(Values.GetValueOrDefault(name), NumberStyles.None, CultureInfo.InvariantCulture,
        out var number) ? number : 0;

    /// <inheritdoc/>
    public override string ToString() => $"{Host} (Xen {XenVersion})";
}
