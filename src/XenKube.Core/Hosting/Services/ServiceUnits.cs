using XenKube.Files;

namespace XenKube.Hosting.Services;

/// <summary>The systemd units that a host has, by their files: systemd.unit(5).</summary>
internal static class ServiceUnits
{
    private static readonly string[] Folders = ["/etc/systemd/system", "/run/systemd/system", "/lib/systemd/system",
        "/usr/lib/systemd/system"];
    private const string Masked = "/dev/null";

    /// <summary>True for a unit of its own: not one that is masked, nor another name of another unit.</summary>
    /// <param name="tree">The host's files.</param>
    /// <param name="unit">The unit.</param>
    public static bool IsInstalled(HostTree tree, string unit)
    {
        foreach (var folder in Folders)
        {
            var path = tree.At($"{folder}/{unit}");
            if (LinkTarget(path) is { } target)
            {
                return Path.GetFileName(target) == unit;
            }
            if (File.Exists(path))
            {
                return true;
            }
        }
        return false;
    }

    /// <summary>True for a unit that starts with the system; a masked one does not.</summary>
    /// <param name="tree">The host's files.</param>
    /// <param name="unit">The unit.</param>
    public static bool IsEnabled(HostTree tree, string unit) =>
        LinkTarget(tree.At($"{Folders[0]}/{unit}")) != Masked && tree.Names(Folders[0]).Any(name => name.EndsWith(".wants", StringComparison.Ordinal)
            && LinkTarget(tree.At($"{Folders[0]}/{name}/{unit}")) is not null);

    private static string? LinkTarget(string path)
    {
        try
        {
            return new FileInfo(path).LinkTarget;
        }
        catch (Exception e) when (e.IsFileTrouble())
        {
            return null;
        }
    }
}
