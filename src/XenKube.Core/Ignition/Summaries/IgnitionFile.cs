using System.Globalization;
using System.Text.Json.Serialization;
using XenKube.Ignition.Secrets;

namespace XenKube.Ignition.Summaries;

/// <summary>A file the guest will get.</summary>
/// <param name="Path">Its path on the guest.</param>
/// <param name="Mode">Its permissions as octal digits, <c>0644</c>; empty where the config leaves them open.</param>
/// <param name="Owner">Its owner, <c>user:group</c>; empty where the config leaves it open, which makes it root's.</param>
/// <param name="Size">Its size in bytes; null where it is fetched from elsewhere.</param>
/// <param name="Source">Where it is fetched from; null where the config itself holds it.</param>
/// <param name="Filesystem">The file system it is on, in generation 2; empty in generation 3.</param>
public sealed record IgnitionFile(
    string Path,
    string Mode,
    string Owner,
    long? Size,
    [property: JsonConverter(typeof(RedactedTextConverter))] string? Source,
    string Filesystem)
{
    /// <summary>The bytes the config holds for it; null where it is fetched from elsewhere.</summary>
    internal byte[]? Content { get; init; }

    /// <inheritdoc/>
    public override string ToString() =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{Path} {(Mode.Length > 0 ? Mode : "-")} {(Owner.Length > 0 ? Owner : "root:root")} {Contents}");

    private string Contents =>
        Size is { } size ? string.Create(CultureInfo.InvariantCulture, $"{size} bytes") : "from " + SecretText.Redact(Source);
}
