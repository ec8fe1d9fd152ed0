using System.Text.Json;

namespace XenKube.Images.Transfer;

/// <summary>What a partial file is a part of: enough to tell later whether the rest would fit.</summary>
/// <param name="Uri">Where it comes from.</param>
/// <param name="ETag">The server's tag, strong or weak, or null.</param>
/// <param name="LastModified">The server's date, or null.</param>
/// <param name="Total">The size of the whole, or null.</param>
internal sealed record TransferState(string Uri, string? ETag, string? LastModified, long? Total)
{
    /// <summary>True where the server is known to send all of it, whatever part is asked for.</summary>
    public bool IgnoresRanges { get; init; }

    /// <summary>Without a mark of its content a file cannot be distinguished from another that took its place.</summary>
    public bool CanResume => (ETag is not null || LastModified is not null) && !IgnoresRanges;

    /// <summary>What If-Range is asked with: a strong tag, else the date; null for none, since a weak tag may not be used there.</summary>
    public string? RangeMark => ETag is not null && !ETag.StartsWith("W/", StringComparison.Ordinal) ? ETag : LastModified;

    public bool IsSameFile(TransferState other) => (ETag is not null || LastModified is not null) && Uri == other.Uri && ETag == other.ETag
        && LastModified == other.LastModified
        && (Total is null || other.Total is null || Total == other.Total);

    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, TransferStateJson.Default.TransferState);

    /// <summary>Reads a state; null for what is none.</summary>
    public static TransferState? Read(ReadOnlySpan<byte> json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, TransferStateJson.Default.TransferState) is { Uri: not null } state ? state : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
