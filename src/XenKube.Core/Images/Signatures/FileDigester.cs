using XenKube.Parsing.OpenPgp;

namespace XenKube.Images.Signatures;

/// <summary>
/// Hashes a file from its first byte to its last, once, by all the algorithms that its signatures ask for. The next
/// buffer is read and each further algorithm runs on another thread while the first one computes.
/// </summary>
internal sealed class FileDigester : IDisposable
{
    private const int BufferSize = 1 << 20;

    private readonly Dictionary<(OpenPgpHashAlgorithm Algorithm, bool IsText), IFileHash> _hashes = [];

    /// <summary>Bytes that were hashed.</summary>
    public long Length { get; private set; }

    /// <summary>Asks for an algorithm, before <see cref="Read"/>.</summary>
    public void Need(OpenPgpHashAlgorithm algorithm, bool isText)
    {
        if (!_hashes.ContainsKey((algorithm, isText)))
        {
            var hasher = OpenPgpHasher.Create(algorithm);
            _hashes.Add((algorithm, isText), isText ? new TextHash(hasher) : new BinaryHash(hasher));
        }
    }

    /// <summary>The digest of the file and a trailer.</summary>
    public byte[] Digest(OpenPgpHashAlgorithm algorithm, bool isText, ReadOnlySpan<byte> trailer) =>
        _hashes[(algorithm, isText)].Hasher.DigestWith(trailer);

    /// <summary>Reads the file.</summary>
    public void Read(Stream file, ProgressMeter meter, CancellationToken cancellationToken)
    {
        var (current, next) = (new byte[BufferSize], new byte[BufferSize]);
        var hashes = _hashes.Values.ToArray();
        var others = new Task[hashes.Length - 1];
        var count = file.ReadAtLeast(current, current.Length, throwOnEndOfStream: false);
        while (count > 0)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var (buffer, filled, ahead) = (current, count, next);
            var reading = filled < buffer.Length ? Task.FromResult(0)
                : Task.Run(() => file.ReadAtLeast(ahead, ahead.Length, throwOnEndOfStream: false), CancellationToken.None);
            for (var i = 0; i < others.Length; i++)
            {
                var hash = hashes[i + 1];
                others[i] = Task.Run(() => hash.Append(buffer.AsSpan(0, filled)), CancellationToken.None);
            }
            hashes[0].Append(buffer.AsSpan(0, filled));
            Task.WaitAll([.. others, reading], CancellationToken.None);
            Length += filled;
            meter.Report(Length);
            (current, next, count) = (next, current, reading.Result);
        }
        meter.Report(Length, last: true);
    }

    public void Dispose()
    {
        foreach (var hash in _hashes.Values)
        {
            hash.Hasher.Dispose();
        }
    }

    private interface IFileHash
    {
        OpenPgpHasher Hasher { get; }

        void Append(ReadOnlySpan<byte> data);
    }

    private sealed class BinaryHash(OpenPgpHasher hasher) : IFileHash
    {
        public OpenPgpHasher Hasher => hasher;

        public void Append(ReadOnlySpan<byte> data) => hasher.Append(data);
    }

    /// <summary>A line feed becomes carriage return and line feed, where there is none before it already; nothing else changes.</summary>
    private sealed class TextHash(OpenPgpHasher hasher) : IFileHash
    {
        private bool _afterReturn;

        public OpenPgpHasher Hasher => hasher;

        public void Append(ReadOnlySpan<byte> data)
        {
            while (data.Length > 0)
            {
                var feed = data.IndexOf((byte)'\n');
                if (feed < 0)
                {
                    hasher.Append(data);
                    _afterReturn = data[^1] == '\r';
                    return;
                }
                hasher.Append(data[..feed]);
                hasher.Append((feed > 0 ? data[feed - 1] == '\r' : _afterReturn) ? "\n"u8 : "\r\n"u8);
                _afterReturn = false;
                data = data[(feed + 1)..];
            }
        }
    }
}
