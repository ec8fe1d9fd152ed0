using System.Buffers.Binary;

namespace XenKube.FileSystems.Ext.Volumes;

/// <summary>
/// What replaying the journal would write: for each block the journal block with its newest content. Only places are kept,
/// so that a journal of a gigabyte costs no memory.
/// </summary>
internal sealed class JournalView
{
    /// <summary>The journal's magic number; a logged block that starts with it is stored with zeros there, and flagged.</summary>
    public const uint Magic = 0xC03B3998;

    private readonly Dictionary<long, (long Source, bool Escaped)> _blocks = [];

    public static JournalView Empty { get; } = new();

    public bool IsEmpty => _blocks.Count == 0;

    public IEnumerable<long> Blocks => _blocks.Keys;

    public bool Contains(long block) => _blocks.ContainsKey(block);

    public bool TryGet(long block, out long source, out bool escaped)
    {
        var found = _blocks.TryGetValue(block, out var entry);
        (source, escaped) = entry;
        return found;
    }

    public void Set(long block, long source, bool escaped) => _blocks[block] = (source, escaped);

    public static void Unescape(Span<byte> block) => BinaryPrimitives.WriteUInt32BigEndian(block, Magic);
}
