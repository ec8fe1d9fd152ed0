using XenKube.Posix;

namespace XenKube.Images.Transfer;

/// <summary>
/// A file on its way: <c>NAME.part</c> with what has come so far, <c>NAME.part.json</c> with what it is a part of. The
/// second one is held open and locked, so that two downloads of one file cannot mix. The name itself appears only when
/// all is there and proven.
/// </summary>
internal sealed class PartialFile : IDisposable
{
    private readonly FileStream _sidecar;
    private readonly FileStream _data;
    private bool _isDone;

    private PartialFile(string target, FileStream sidecar, FileStream data, TransferState? state)
    {
        Target = target;
        _sidecar = sidecar;
        _data = data;
        State = state;
    }

    /// <summary>The name it will have.</summary>
    public string Target { get; }

    /// <summary>Where the bytes are until then.</summary>
    public string DataPath => Target + ".part";

    /// <summary>Where the signature is until then.</summary>
    public string SignaturePath => Target + ".part.sig";

    /// <summary>What it is a part of; null if nothing is there.</summary>
    public TransferState? State { get; private set; }

    /// <summary>Bytes that are there.</summary>
    public long Length => _data.Length;

    /// <summary>Opens or makes a partial file.</summary>
    /// <param name="target">The final name.</param>
    /// <exception cref="ItemInUseException">Somebody else is at it.</exception>
    public static PartialFile Open(string target)
    {
        var sidecarPath = target + ".part.json";
        for (var attempt = 0; ; attempt++)
        {
            FileStream sidecar;
            try
            {
                sidecar = new FileStream(sidecarPath, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 0);
            }
            catch (IOException e) when (e is not (FileNotFoundException or DirectoryNotFoundException or PathTooLongException) && File.Exists(sidecarPath))
            {
                throw new ItemInUseException(ErrorIds.DownloadInProgress, target, null, "another process is downloading it", "Wait until that one is done");
            }
            // The process that had the lock before may have removed the file between our opening and our locking it.
            if (FileStatus.Read(sidecar.SafeFileHandle).Identity == FileStatus.Read(sidecarPath)?.Identity || attempt == 10)
            {
                return Open(target, sidecar);
            }
            sidecar.Dispose();
        }
    }

    /// <summary>Begins again, or goes on, with what the server says the file is.</summary>
    public void Begin(TransferState state, long offset)
    {
        if (offset != _data.Length)
        {
            _data.SetLength(offset);
        }
        _data.Position = offset;
        if (state != State)
        {
            State = state;
            _sidecar.SetLength(0);
            _sidecar.Position = 0;
            _sidecar.Write(state.ToJson());
        }
    }

    public void Append(ReadOnlySpan<byte> bytes) => _data.Write(bytes);

    /// <summary>Gives the signature its place for the check.</summary>
    public void WriteSignature(ReadOnlySpan<byte> signature) => File.WriteAllBytes(SignaturePath, signature);

    /// <summary>Gives image and signature their final names, the image last.</summary>
    /// <param name="hasSignature">True if there is a signature.</param>
    public void Complete(bool hasSignature)
    {
        _data.Flush(flushToDisk: true);
        if (hasSignature)
        {
            using (var signature = File.Open(SignaturePath, FileMode.Open, FileAccess.ReadWrite))
            {
                signature.Flush(flushToDisk: true);
            }
            File.Move(SignaturePath, Target + ".sig", overwrite: true);
        }
        File.Move(DataPath, Target, overwrite: true);
        Libc.SynchronizeDirectory(Path.GetDirectoryName(Path.GetFullPath(Target))!);
        _isDone = true;
    }

    /// <summary>Throws away what is there: it is not what was wanted.</summary>
    public void Discard()
    {
        File.Delete(DataPath);
        _isDone = true;
    }

    /// <summary>Leaves what can be gone on with, and nothing else.</summary>
    public void Dispose()
    {
        var isUseless = _isDone || _data.Length == 0;
        _data.Dispose();
        try
        {
            File.Delete(SignaturePath);
            if (isUseless)
            {
                if (!_isDone)
                {
                    File.Delete(DataPath);
                }
                File.Delete(Target + ".part.json");
            }
        }
        catch (Exception e) when (e.IsFileTrouble())
        {
            // A file that is left over does no harm: it does not have its final name.
        }
        _sidecar.Dispose();
    }

    private static PartialFile Open(string target, FileStream sidecar)
    {
        try
        {
            var json = new byte[Math.Min(sidecar.Length, 16384)];
            sidecar.ReadExactly(json);
            var state = TransferState.Read(json);
            var data = new FileStream(target + ".part", FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite, 0);
            if (state is null || state.Total < data.Length)
            {
                data.SetLength(0);
                state = null;
            }
            return new PartialFile(target, sidecar, data, state);
        }
        catch
        {
            sidecar.Dispose();
            throw;
        }
    }
}
