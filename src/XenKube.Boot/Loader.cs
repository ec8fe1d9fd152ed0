using System.Text;
using Microsoft.Win32.SafeHandles;
using XenKube.Boot.Protocol;
using XenKube.Boot.Reading;
using XenKube.Booting;
using XenKube.Devices;
using XenKube.Disks;

namespace XenKube.Boot;

/// <summary>
/// The boot loader that libxl starts. It has root's rights and never looks into what a guest has written: the reader, a process without
/// rights, does so and answers with claims. The loader checks the answer, writes the try to the disk and the answer to libxl, each to
/// places of its own choice.
/// </summary>
internal static class Loader
{
    private const int Success = 0;
    private const int Failure = 1;

    /// <summary>libxl passes over an item of 2 * PATH_MAX bytes and more (libxl_bootloader.c, parse_bootloader_result).</summary>
    private const int LongestItem = 8191;

    /// <summary>Runs the program.</summary>
    /// <returns>The exit code: anything but 0 makes libxl give the guest up.</returns>
    public static int Run(string[] arguments)
    {
        try
        {
            var options = LoaderOptions.Parse(arguments);
            if (options.WantsHelp)
            {
                BootLog.Print(HelpText.Text);
                return Success;
            }
            foreach (var option in options.Unknown)
            {
                BootLog.Say($"{option} is not known here and is passed over");
            }
            using var ending = new EndingSignals();
            Boot(options, ending);
            return Success;
        }
        catch (XenKubeException e)
        {
            BootLog.Say(e.Message);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or OutOfMemoryException)
        {
            BootLog.Say(e.Message);
        }
        return Failure;
    }

    private static void Boot(LoaderOptions options, EndingSignals ending)
    {
        using var disk = OpenDisk(options.DiskPath);
        using var heldLock = ImageLock.TakeShared(disk);
        using var files = OutputFiles.Open(options);
        var answer = ReaderProcess.Read(options, disk, files, ending);
        if (answer.Problem.Length > 0)
        {
            throw Failed(options, answer.Problem, answer.Advice.Length > 0 ? answer.Advice : null);
        }
        Check(options, disk, files, answer);
        ending.ThrowIfAsked();
        files.Complete(answer.CommandLine);
        try
        {
            if (options.Counts && answer.Steps.Count > 0)
            {
                TakeTry(disk, heldLock, answer.Steps);
            }
        }
        catch
        {
            files.Withdraw();
            throw;
        }
        foreach (var sentence in answer.Sentences)
        {
            BootLog.Say(sentence);
        }
    }

    // A disk that can only be read boots as long as no try has to be taken.
    private static FileDevice OpenDisk(string path)
    {
        try
        {
            return FileDevice.Open(path, writable: true);
        }
        catch (OperationFailedException)
        {
            return FileDevice.Open(path, writable: false);
        }
    }

    private static void Check(LoaderOptions options, FileDevice disk, OutputFiles files, Answer answer)
    {
        var isPv = options.Boot.GuestType == BootGuestType.Pv || options.Boot.IsGuestTypeOpen;
        var limit = isPv ? BootLimits.PvArguments : BootLimits.PvhArguments;
        var length = Encoding.UTF8.GetByteCount(answer.CommandLine);
        if (length > limit || length + "args ".Length > LongestItem)
        {
            throw Failed(options,
                FormattableString.Invariant($"the command line has {length} characters, {limit} are the most that the guest takes"),
                "Take arguments out of the guest's configuration");
        }
        if (answer.CommandLine.Contains('\0', StringComparison.Ordinal))
        {
            throw Failed(options, "the command line holds a zero byte", null);
        }
        if (!BeginsAsElf(files.Kernel))
        {
            throw Failed(options, "what was unpacked is not a kernel", null);
        }
        if (answer.Steps.SelectMany(step => step).Any(write => write.Offset < 0 || write.Offset > disk.Length - write.Bytes.Length))
        {
            throw Failed(options, "the try would be written beyond the end of the disk", null);
        }
    }

    private static bool BeginsAsElf(SafeFileHandle file)
    {
        Span<byte> magic = stackalloc byte[4];
        return RandomAccess.Read(file, magic, 0) == magic.Length && magic.SequenceEqual("\u007FELF"u8);
    }

    // The bytes go to the guest's own disk, which the guest may write as it likes.
    private static void TakeTry(FileDevice disk, ImageLock heldLock, IReadOnlyList<IReadOnlyList<DiskWrite>> steps)
    {
        if (!disk.CanWrite)
        {
            throw new OperationFailedException(ErrorIds.ImageNotWritable, disk.Name, null,
                "the try of the slot cannot be counted: the disk can only be read", "Make it writable, or boot with --no-count");
        }
        heldLock.MakeExclusive();
        DiskWrite.Apply(disk, steps);
    }

    private static OperationFailedException Failed(LoaderOptions options, string reason, string? remedy) =>
        new(ErrorIds.BootFailed, options.DiskPath, null, reason, remedy);
}
