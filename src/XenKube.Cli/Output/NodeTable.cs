using XenKube.Clusters;

namespace XenKube.Cli.Output;

/// <summary>Prints nodes as a table.</summary>
internal static class NodeTable
{
    public static void Write(TextWriter output, IEnumerable<Node> nodes) => TextTable.Write(
        output,
        ["Node", "Disk", "Distribution", "MAC address", "IP address", "Config URL"],
        nodes.Select(node => new[]
        {
            node.FullName, node.HasDisk ? DiskText(node.DiskPath) : "-", node.Distribution?.ToString() ?? "-", node.MacAddress ?? "-",
            node.IPAddress ?? "-", node.IgnitionUri.AbsoluteUri,
        }));

    private static string DiskText(string path) => $"{Path.GetFileName(path)} ({BinarySize.Format(new FileInfo(path).Length)})";
}
