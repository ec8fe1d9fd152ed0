using System.Text;
using Microsoft.Win32.SafeHandles;
using XenKube.Posix;

namespace XenKube.Boot.Protocol;

/// <summary>
/// The files of an answer in the directory that libxl has made for them. They have the loader's own names; libxl maps each file that an
/// answer names, and removes it at once, whatever it is. Without an answer they are gone at the end.
/// </summary>
internal sealed class OutputFiles : IDisposable
{
    private const string KernelName = "kernel";
    private const string InitrdName = "ramdisk";
    private const string RootName = "empty";
    private const uint OwnerOnly = 0x180; // 0600
    private const uint OwnerOnlyDirectory = 0x1C0; // 0700
    private const int RemoveDirectory = 0x200; // AT_REMOVEDIR

    // A pipe in the place of the file is not waited for.
    private const OpenFlags HowToOpenAnswer = OpenFlags.WriteOnly | OpenFlags.NoFollow | OpenFlags.NonBlocking;

    private readonly LoaderOptions _options;
    private readonly SafeFileHandle _directory;
    private readonly SafeFileHandle _answer;
    private readonly List<string> _made = [];
    private readonly SafeFileHandle? _kernel;
    private readonly SafeFileHandle? _initrd;
    private readonly SafeFileHandle? _root;
    private bool _isComplete;

    private OutputFiles(LoaderOptions options, SafeFileHandle directory, SafeFileHandle answer)
    {
        (_options, _directory, _answer) = (options, directory, answer);
        try
        {
            (_kernel, _initrd, _root) = (Create(KernelName), Create(InitrdName), MakeRoot());
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The kernel, empty at first.</summary>
    public SafeFileHandle Kernel => _kernel!;

    /// <summary>The initial file system in memory, empty at first.</summary>
    public SafeFileHandle Initrd => _initrd!;

    /// <summary>A directory that has no name any more, so that nothing can be made in it.</summary>
    public SafeFileHandle Root => _root!;

    /// <summary>Opens and makes the files.</summary>
    /// <exception cref="OperationFailedException">The answer's file or the directory is not as libxl makes them.</exception>
    public static OutputFiles Open(LoaderOptions options)
    {
        var answer = Libc.Open(options.Output, HowToOpenAnswer) ?? throw Failure(options.Output);
        var directory = Libc.Open(options.OutputDirectory, OpenFlags.Directory | OpenFlags.NoFollow);
        if (directory is null || !FileStatus.Read(answer).IsRegularFile)
        {
            answer.Dispose();
            throw directory is null ? Failure(options.OutputDirectory)
                : new OperationFailedException(ErrorIds.BootFailed, options.Output, null, "it is not a file");
        }
        return new OutputFiles(options, directory, answer);
    }

    /// <summary>Writes the answer in the format simple0: items that end with a zero byte.</summary>
    /// <param name="commandLine">The kernel's command line.</param>
    /// <exception cref="OperationFailedException">It cannot be written, such as on a full disk.</exception>
    public void Complete(string commandLine)
    {
        var hasInitrd = FileStatus.Read(Initrd).Size > 0;
        var text = $"kernel {_options.OutputDirectory}/{KernelName}\0"
            + (hasInitrd ? $"ramdisk {_options.OutputDirectory}/{InitrdName}\0" : "") + $"args {commandLine}\0";
        try
        {
            using var stream = new FileStream(_answer, FileAccess.Write, bufferSize: 0);
            stream.SetLength(0);
            stream.Write(Encoding.UTF8.GetBytes(text));
        }
        catch (Exception e) when (e.IsFileTrouble())
        {
            throw new OperationFailedException(ErrorIds.BootFailed, _options.Output, null, e.Message, innerException: e);
        }
        if (!hasInitrd)
        {
            Remove(InitrdName);
        }
        _isComplete = true;
    }

    /// <summary>Takes the answer back.</summary>
    public void Withdraw()
    {
        _isComplete = false;
        using var answer = Libc.Open(_options.Output, HowToOpenAnswer);
        if (answer is not null)
        {
            using var stream = new FileStream(answer, FileAccess.Write, bufferSize: 0);
            stream.SetLength(0);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var name in _isComplete ? [] : _made)
        {
            Remove(name);
        }
        _kernel?.Dispose();
        _initrd?.Dispose();
        _root?.Dispose();
        _answer.Dispose();
        _directory.Dispose();
    }

    private SafeFileHandle Create(string name)
    {
        var file = Libc.OpenAt((int)_directory.DangerousGetHandle(), Bytes(name),
            OpenFlags.ReadWrite | OpenFlags.Create | OpenFlags.Exclusive | OpenFlags.NoFollow, OwnerOnly) ?? throw FailureOf(name);
        _made.Add(name);
        return file;
    }

    private SafeFileHandle MakeRoot()
    {
        var directory = (int)_directory.DangerousGetHandle();
        if (Libc.MakeDirectoryAt(directory, Bytes(RootName), OwnerOnlyDirectory) != 0)
        {
            throw FailureOf(RootName);
        }
        var root = Libc.OpenAt(directory, Bytes(RootName), OpenFlags.Directory | OpenFlags.NoFollow, 0);
        return Libc.UnlinkAt(directory, Bytes(RootName), RemoveDirectory) == 0 && root is not null ? root : throw FailureOf(RootName);
    }

    private OperationFailedException FailureOf(string name) => Failure($"{_options.OutputDirectory}/{name}");

    private void Remove(string name) => _ = Libc.UnlinkAt((int)_directory.DangerousGetHandle(), Bytes(name), 0);

    private static byte[] Bytes(string name) => Encoding.ASCII.GetBytes(name + '\0');

    private static OperationFailedException Failure(string path) => new(ErrorIds.BootFailed, path, null, Libc.LastErrorText);
}
