using System.Text;
using Microsoft.Win32.SafeHandles;
using XenKube.Files;
using XenKube.Posix;

namespace XenKube.Images.Transfer;

/// <summary>
/// A file on its way: <c>NAME.part</c> with what has come so far, <c>NAME.part.json</c> with what it is a part of. The
/// second one is held open and locked, so that two downloads of one file cannot mix. The name itself appears only when
/// all is there and proven. All of them are regular files of this process's own: what another user put in their place is removed.
/// </summary>
internal sealed class PartialFile : IDisposable
{
    private const int LargestState = 16384;
    private const string DataEnding = ".part";
    private const string StateEnding = ".part.json";
    private const string SignatureEnding = ".part.sig";

    /// <summary>Ends of the names of the files that an unfinished download leaves, after the name that the download would have.</summary>
    public static IReadOnlyList<string> Endings { get; } = [DataEnding, StateEnding, SignatureEnding];


    private readonly HostPlace _place;
    private readonly FileStream _sidecar;
    private readonly FileStream _data;
    private bool _isDone;

    private PartialFile(HostPlace place, FileStream sidecar, FileStream data, TransferState? state)
    {
        _place = place;
        _sidecar = sidecar;
        _data = data;
        State = state;
    }

    /// <summary>The name it will have.</summary>
    public string Target => _place.Path;

    /// <summary>Where the bytes are until then.</summary>
    public string DataPath => Target + DataEnding;

    /// <summary>Where the signature is until then.</summary>
    public string SignaturePath => Target + SignatureEnding;

    /// <summary>What it is a part of; null if nothing is there.</summary>
    public TransferState? State { get; private set; }

    /// <summary>Bytes that are there.</summary>
    public long Length => _data.Length;

    /// <summary>Opens or makes a partial file.</summary>
    /// <param name="target">The final name.</param>
    /// <exception cref="ItemInUseException">Somebody else is at it.</exception>
    public static PartialFile Open(string target)
    {
        var place = PathWalk.Find(target, followLast: false);
        FileStream? sidecar = null;
        try
        {
            sidecar = new FileStream(Lock(place), FileAccess.ReadWrite, bufferSize: 0);
            var json = new byte[Math.Min(sidecar.Length, LargestState)];
            sidecar.ReadExactly(json);
            var state = TransferState.Read(json);
            var data = new FileStream(place.Directory.OpenOwn(Name(place, DataEnding), PrivateFile.OwnerOnly),
                FileAccess.Write, bufferSize: 0);
            if (state is null || state.Total < data.Length)
            {
                data.SetLength(0);
                state = null;
            }
            return new PartialFile(place, sidecar, data, state);
        }
        catch
        {
            sidecar?.Dispose();
            place.Dispose();
            throw;
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
    public void WriteSignature(ReadOnlySpan<byte> signature)
    {
        using var file = _place.Directory.OpenOwn(Name(_place, SignatureEnding), PrivateFile.OwnerOnly);
        RandomAccess.SetLength(file, 0);
        RandomAccess.Write(file, signature, 0);
        DurableFile.Synchronize(file);
    }

    /// <summary>Opens the bytes that have come for reading.</summary>
    public FileStream OpenData() => HostFile.Open(DataPath);

    /// <summary>Gives image and signature their final names, the image last.</summary>
    /// <param name="hasSignature">True if there is a signature.</param>
    public void Complete(bool hasSignature)
    {
        Finish(_data.SafeFileHandle);
        if (hasSignature)
        {
            CompleteSignature();
        }
        _place.Directory.Rename(Name(_place, DataEnding), _place.Name);
        _place.Directory.Synchronize(_data.SafeFileHandle);
        _isDone = true;
    }

    /// <summary>Gives the signature of an image that is in its place already its final name.</summary>
    public void CompleteSignature()
    {
        using (var signature = _place.Directory.OpenOwn(Name(_place, SignatureEnding), PrivateFile.OwnerOnly))
        {
            Finish(signature);
        }
        _place.Directory.Rename(Name(_place, SignatureEnding), Name(_place, ".sig"));
        _place.Directory.Synchronize();
    }

    /// <summary>Throws away what is there: it is not what was wanted.</summary>
    public void Discard()
    {
        _place.Directory.Remove(Name(_place, DataEnding));
        _isDone = true;
    }

    /// <summary>Leaves what can be gone on with, and nothing else.</summary>
    public void Dispose()
    {
        var isUseless = _isDone || _data.Length == 0;
        _data.Dispose();
        try
        {
            _place.Directory.Remove(Name(_place, SignatureEnding));
            if (isUseless)
            {
                if (!_isDone)
                {
                    _place.Directory.Remove(Name(_place, DataEnding));
                }
                _place.Directory.Remove(Name(_place, StateEnding));
            }
        }
        catch (Exception e) when (e.IsFileTrouble())
        {
            // A file that is left over does no harm: it does not have its final name.
        }
        Libc.Unlock(_sidecar.SafeFileHandle);
        _sidecar.Dispose();
        _place.Dispose();
    }

    // A file is private while it is downloaded; every user may read it once it is verified.
    private static void Finish(SafeFileHandle file)
    {
        if (Libc.ChangeMode(file, (uint)FileModes.ReadableByAll) != 0)
        {
            throw SystemFailure.Last("");
        }
        DurableFile.Synchronize(file);
    }

    private static byte[] Name(HostPlace place, string extension) => [.. place.Name.AsSpan(..^1), .. Encoding.ASCII.GetBytes(extension), 0];

    private static SafeFileHandle Lock(HostPlace place)
    {
        for (var attempt = 0; ; attempt++)
        {
            var sidecar = place.Directory.OpenOwn(Name(place, StateEnding), PrivateFile.OwnerOnly);
            try
            {
                // Older versions let everybody read it, and so hold it.
                if (FileStatus.Read(sidecar).Permissions != PrivateFile.OwnerOnly)
                {
                    _ = Libc.ChangeMode(sidecar, (uint)PrivateFile.OwnerOnly);
                }
                if (!Libc.TryLock(sidecar, FlockOperation.Exclusive | FlockOperation.NonBlocking))
                {
                    throw new ItemInUseException(ErrorIds.DownloadInProgress, place.Path, null, "another process is downloading it",
                        "Wait until that one is done");
                }
                // The process that had the lock before may have removed the file between our opening and our locking it.
                if (FileStatus.Read(sidecar).Identity == place.Directory.Find(Name(place, StateEnding))?.Identity || attempt == 10)
                {
                    return sidecar;
                }
                sidecar.Dispose();
            }
            catch
            {
                sidecar.Dispose();
                throw;
            }
        }
    }
}
