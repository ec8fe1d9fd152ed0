using XenKube.Ignition.Syntax;

namespace XenKube.Ignition.Rules;

/// <summary>Paths and devices as Ignition 3 wants them.</summary>
internal static class NodePath
{
    /// <summary>Why the path is refused, or null.</summary>
    public static string? Validate(string path) =>
        path.Length == 0 ? "path not specified"
        : path[0] != '/' ? "path not absolute"
        : GoPath.Clean(path) != path ? "path is not fully simplified"
        : null;
}
