using System.Text.Json.Nodes;
using XenKube.Files;

namespace XenKube.Kube;

/// <summary>A certificate or key of a kubeconfig: its content, which the file holds or names a file for.</summary>
/// <param name="Place">Where it is, for messages.</param>
/// <param name="File">The file that is named; null if the kubeconfig holds the content.</param>
/// <param name="Content">The content; null if it cannot be read.</param>
/// <param name="Fault">Why the content cannot be read; null if it was read, or if the entry does not have such a part.</param>
internal sealed record KubeConfigPart(string Place, string? File, byte[]? Content, string? Fault)
{
    /// <summary>Reads a part. The content in the kubeconfig goes before a file, as with kubectl.</summary>
    /// <param name="entry">The entry of a cluster or a user.</param>
    /// <param name="key">The part, such as <c>client-certificate</c>.</param>
    /// <param name="path">The kubeconfig.</param>
    public static KubeConfigPart Read(JsonObject entry, string key, string path)
    {
        if (KubeConfigDocument.Text(entry, $"{key}-data") is { Length: > 0 } data)
        {
            var content = new byte[data.Length];
            return Convert.TryFromBase64String(data, content, out var length)
                ? new KubeConfigPart($"{key}-data", null, content[..length], null)
                : new KubeConfigPart($"{key}-data", null, null, $"its {key}-data is not base64");
        }
        if (KubeConfigDocument.Text(entry, key) is not { Length: > 0 } named)
        {
            return new KubeConfigPart(key, null, null, null);
        }
        var file = Path.Combine(Path.GetDirectoryName(path)!, named);
        try
        {
            return WholeFile.TryRead(file, FileLimits.Certificate, regularOnly: true) is { } bytes
                ? new KubeConfigPart(file, file, bytes, null)
                : new KubeConfigPart(file, file, null, $"{file} does not exist");
        }
        catch (XenKubeException e)
        {
            return new KubeConfigPart(file, file, null, $"{file}: {e.Reason}");
        }
    }
}
