using System.Text;
using XenKube.Posix;

namespace XenKube.Guests;

/// <summary>
/// What a guest has written to its console, as xenconsoled keeps it in /var/log/xen/console/guest-NAME.log. The log is the guest's word:
/// nothing in it is believed, and nothing reaches a terminal as it is.
/// </summary>
public sealed class GuestLog
{
    private const int MaxRead = 16 * 1024 * 1024;

    /// <summary>Lines that an error about a guest quotes.</summary>
    private const int QuotedLines = 3;

    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(250);

    /// <summary>
    /// A text in the first line of a start: GRUB for Xen comes before the kernel, and a kernel may be started without GRUB.
    /// </summary>
    private const string FirstOfGrub = "Welcome to GRUB!", FirstOfKernel = "Linux version ";

    /// <summary>Names the log of a guest.</summary>
    /// <param name="name">The guest's name.</param>
    /// <param name="options">Where Xen writes its logs; null for the usual.</param>
    /// <exception cref="InvalidInputException">That cannot be a guest's name.</exception>
    public GuestLog(string name, XlOptions? options = null)
    {
        GuestName.Check(name);
        Name = name;
        Path = System.IO.Path.Combine((options ?? new XlOptions()).LogDirectory, "console", $"guest-{name}.log");
    }

    /// <summary>The guest's name.</summary>
    public string Name { get; }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>The lines, without escape sequences and empty lines.</summary>
    /// <param name="all">True for all starts that the log has, false for the last one. At most the last 16 MiB are read.</param>
    /// <exception cref="ItemNotFoundException">There is no log: the guest was never started, or xenconsoled keeps none.</exception>
    /// <exception cref="OperationFailedException">It cannot be read.</exception>
    public IReadOnlyList<string> Read(bool all = false) => Read(all, out _);

    /// <summary>The lines that are written from now on, until the wait for them is cancelled.</summary>
    /// <param name="all">True to begin with all starts that the log has, false for the last one.</param>
    /// <param name="tail">How many of the lines that are there to begin with; null for all of them.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public IEnumerable<string> Follow(bool all, int? tail, CancellationToken cancellationToken)
    {
        var lines = Read(all, out var end);
        foreach (var line in lines.Skip(tail is { } count ? Math.Max(0, lines.Count - count) : 0))
        {
            yield return line;
        }
        var rest = "";
        while (!cancellationToken.WaitHandle.WaitOne(PollInterval))
        {
            // A log that has become shorter was rotated.
            rest += ReadFrom(ref end);
            var last = rest.LastIndexOf('\n');
            if (last < 0 && rest.Length < 4096)
            {
                continue;
            }
            var whole = last < 0 ? rest : rest[..last];
            rest = last < 0 ? "" : rest[(last + 1)..];
            foreach (var line in ConsoleText.Lines(whole))
            {
                yield return line;
            }
        }
    }

    /// <summary>The console's last lines, for a guest that does not come up, and their meaning where it is known.</summary>
    /// <returns>A clause that begins with a semicolon; empty where there is no log of this start.</returns>
    internal string Explain()
    {
        try
        {
            var lines = Read();
            var meaning = ConsoleFinding.Find(lines) is { } finding ? $"; {finding}" : "";
            return lines.Count == 0
                ? ""
                : $"{meaning}; its console ends with '{string.Join(" / ", lines.TakeLast(QuotedLines).Select(line => Printable.Of(line, 120)))}'";
        }
        catch (XenKubeException)
        {
            return "";
        }
    }

    private List<string> Read(bool all, out long end)
    {
        end = 0;
        using var file = Open() ?? throw new ItemNotFoundException(ErrorIds.ConsoleLogNotFound, Path, null,
            "there is no log of this guest's console",
            "Start the guest, or have xenconsoled keep logs: XENCONSOLED_ARGS=\"--log=guest\" in /etc/default/xen, and restart xenconsoled, or dom0 when that suits");
        var lines = ConsoleText.Lines(ReadText(file, Math.Max(0, file.Length - MaxRead), out end)).ToList();
        return all ? lines : lines[LastStart(lines)..];
    }

    /// <summary>The first line of the last start. A kernel that GRUB has loaded belongs to the start of GRUB.</summary>
    private static int LastStart(List<string> lines)
    {
        var grub = lines.FindLastIndex(line => line.Contains(FirstOfGrub, StringComparison.Ordinal));
        var kernel = lines.FindLastIndex(line => line.Contains(FirstOfKernel, StringComparison.Ordinal));
        var before = kernel < 0 ? -1 : lines.FindLastIndex(kernel, line => line.Contains(FirstOfGrub, StringComparison.Ordinal));
        var hasKernelBetween = before >= 0 && lines.FindIndex(before, kernel - before, line =>
            line.Contains(FirstOfKernel, StringComparison.Ordinal)) >= 0;
        return grub > kernel ? grub : kernel < 0 ? 0 : before >= 0 && !hasKernelBetween ? before : kernel;
    }

    private string ReadFrom(ref long end)
    {
        using var file = Open();
        if (file is null)
        {
            return "";
        }
        return file.Length == end ? "" : ReadText(file, file.Length < end ? 0 : Math.Max(end, file.Length - MaxRead), out end);
    }

    private static string ReadText(FileStream file, long start, out long end)
    {
        file.Seek(start, SeekOrigin.Begin);
        var bytes = new byte[(int)Math.Min(file.Length - start, MaxRead)];
        var count = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        end = start + count;
        return Encoding.UTF8.GetString(bytes, 0, count);
    }

    private FileStream? Open()
    {
        var handle = Libc.Open(Path, OpenFlags.NonBlocking | OpenFlags.NoTerminal | OpenFlags.NoFollow);
        if (handle is null)
        {
            return Libc.LastError is Errno.NoEntry or Errno.NotADirectory ? null
                : throw new OperationFailedException(ErrorIds.FileNotReadable, Path, null, Libc.LastErrorText,
                    Libc.LastError == Errno.PermissionDenied ? "Run this as root" : null);
        }
        if (!FileStatus.Read(handle).IsRegularFile)
        {
            handle.Dispose();
            throw new InvalidInputException(ErrorIds.FileInvalid, Path, null, "is not a regular file");
        }
        return new FileStream(handle, FileAccess.Read, bufferSize: 0);
    }

    /// <inheritdoc/>
    public override string ToString() => Path;
}
