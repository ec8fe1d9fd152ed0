using XenKube.Devices;

namespace XenKube.Tests.Support;

/// <summary>
/// The content of a disk, which never changes. Pages of zeros take no memory, and an image made of another one shares
/// all pages that are the same: ten thousand states of a disk cost little more than one.
/// </summary>
internal sealed class SparseImage : BlockDevice
{
    private const int PageSize = 4096;
    private readonly byte[]?[] _pages;

    private SparseImage(byte[]?[] pages, long length)
    {
        _pages = pages;
        Length = length;
    }

    public override string Name => "state";

    public override long Length { get; }

    public override bool CanWrite => false;

    public static SparseImage Of(ReadOnlySpan<byte> bytes)
    {
        var pages = new byte[]?[(bytes.Length + PageSize - 1) / PageSize];
        for (var i = 0; i < pages.Length; i++)
        {
            var page = bytes[(i * PageSize)..Math.Min((i + 1) * PageSize, bytes.Length)];
            if (page.ContainsAnyExcept((byte)0))
            {
                pages[i] = new byte[PageSize];
                page.CopyTo(pages[i]);
            }
        }
        return new SparseImage(pages, bytes.Length);
    }

    /// <summary>This image after some writes, in their order.</summary>
    public SparseImage With(IEnumerable<RecordedWrite> writes)
    {
        var pages = (byte[]?[])_pages.Clone();
        foreach (var write in writes)
        {
            CheckRange(write.Offset, write.Bytes!.Length);
            for (var done = 0; done < write.Bytes.Length;)
            {
                var (page, within, count) = Place(write.Offset + done, write.Bytes.Length - done);
                if (ReferenceEquals(pages[page], _pages[page]))
                {
                    pages[page] = (byte[]?)pages[page]?.Clone() ?? new byte[PageSize];
                }
                write.Bytes.AsSpan(done, count).CopyTo(pages[page].AsSpan(within));
                done += count;
            }
        }
        return new SparseImage(pages, Length);
    }

    public override void Read(long offset, Span<byte> buffer)
    {
        CheckRange(offset, buffer.Length);
        while (buffer.Length > 0)
        {
            var (page, within, count) = Place(offset, buffer.Length);
            if (_pages[page] is { } bytes)
            {
                bytes.AsSpan(within, count).CopyTo(buffer);
            }
            else
            {
                buffer[..count].Clear();
            }
            offset += count;
            buffer = buffer[count..];
        }
    }

    /// <summary>Writes a file with this content, with holes for the pages of zeros.</summary>
    public void Save(string path)
    {
        using var file = File.OpenHandle(path, FileMode.Create, FileAccess.Write);
        RandomAccess.SetLength(file, Length);
        for (var i = 0; i < _pages.Length; i++)
        {
            if (_pages[i] is { } page)
            {
                var start = (long)i * PageSize;
                RandomAccess.Write(file, page.AsSpan(0, (int)Math.Min(PageSize, Length - start)), start);
            }
        }
    }

    public override void Write(long offset, ReadOnlySpan<byte> bytes) => throw new InvalidOperationException("a state is only read");

    public override void Flush()
    {
    }

    private static (int Page, int Within, int Count) Place(long offset, int length)
    {
        var within = (int)(offset % PageSize);
        return ((int)(offset / PageSize), within, Math.Min(length, PageSize - within));
    }
}
