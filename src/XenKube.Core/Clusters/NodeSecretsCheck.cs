using XenKube.Files;
using XenKube.Ignition.Comparing;
using XenKube.Ignition.Publishing;
using XenKube.Ignition.Secrets;
using XenKube.Posix;

namespace XenKube.Clusters;

/// <summary>Where a node's secrets are, and which of these files other users of dom0 can read.</summary>
internal static class NodeSecretsCheck
{
    /// <summary>The most places that are listed.</summary>
    private const int MaxPlaces = 8;

    /// <summary>Checks the files of a node: template, config and published JSON.</summary>
    /// <param name="node">The node.</param>
    /// <returns>The result; null where none of them holds a secret.</returns>
    public static CheckResult? Run(Node node)
    {
        const string name = "secrets";
        var published = Published(node.IgnitionPath);
        List<string> holders = [.. new[] { node.TemplatePath, node.ConfigPath }.Where(path =>
            SecretText.IsIn(WholeFile.TryReadText(path)))];
        if (published.Count > 0)
        {
            holders.Add(node.IgnitionPath);
        }
        if (holders.Count == 0)
        {
            return null;
        }
        var places = published.Count == 0
            ? "" : $": {string.Join(", ", published.Take(MaxPlaces))}{(published.Count > MaxPlaces ? ", ..." : "")}";
        var open = holders.Where(IsReachable).ToList();
        return open.Count == 0
            ? new(name, CheckStatus.Pass, $"no other user can read the secrets in {string.Join(", ", holders)}{places}")
            : new(
                name,
                CheckStatus.Warn,
                $"every user of this host can read the secrets in {string.Join(", ", open)}{places}",
                $"chmod o-rwx {string.Join(' ', open.Select(Quoted))}");
    }

    /// <summary>Whether others can read a file in its directory.</summary>
    private static bool IsReachable(string path) =>
        PrivateFile.IsOpen(path)
        && (FileStatus.TryRead(Path.GetDirectoryName(path)!) is not { } directory
            || (directory.Permissions & UnixFileMode.OtherExecute) != 0);

    /// <summary>A path as a shell takes it.</summary>
    private static string Quoted(string path) =>
        path.All(c => char.IsAsciiLetterOrDigit(c) || c is '/' or '.' or '-' or '_')
            ? path
            : $"'{path.Replace("'", "'\\''", StringComparison.Ordinal)}'";

    private static IReadOnlyList<ConfigSecret> Published(string path)
    {
        try
        {
            return IgnitionPublisher.Read(path) is { } json ? ConfigSecrets.Find(json) : [];
        }
        catch (XenKubeException)
        {
            // The check of the published config says what is wrong with it.
            return [];
        }
    }
}
