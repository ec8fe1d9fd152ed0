using XenKube.Clusters;
using XenKube.Ignition.Templates;

namespace XenKube.Cli.Quickstart;

/// <summary>The two configs of the guide, as templates that serve every node: they come with the program, from samples/guide.</summary>
internal static class GuideConfigs
{
    /// <summary>The guide's first <c>node-1.ct</c>: a host name and a key.</summary>
    public static string WriteFirst(Node node) => Write(node, "first.ct.tmpl");

    /// <summary>The guide's second <c>node-1.ct</c>: ntpd, which asks dom0, in place of timesyncd.</summary>
    public static string WriteSecond(Node node) => Write(node, "ntp.ct.tmpl");

    private static string Write(Node node, string name) =>
        IgnitionTemplate.Expand(Path.Combine(AppContext.BaseDirectory, "sample", "guide", name), node.ConfigPath,
            NodeVariables.Of(node), force: true).Path;
}
