using System.Text;
using System.Text.RegularExpressions;
using XenKube.Files;
using XenKube.Programs;

namespace XenKube.Guests;

/// <summary>
/// Turns what xl prints when it fails into an error that says what happened and what to do. The cause is above the
/// clean-up lines ("Non-existant domain", "Destruction of domain failed") that end the output of every failed creation.
/// </summary>
internal static partial class XlFailure
{
    private const int MaxLog = 64 * 1024;

    public static XenKubeException Of(ProgramResult result, string target, string logDirectory)
    {
        var error = result.Error;
        bool Says(string text) => error.Contains(text, StringComparison.Ordinal);

        if (Says("Can't find hypervisor information") || (Says("privileged command interface") && Says("No such file or directory")))
        {
            return new OperationFailedException(ErrorIds.XenMissing, target, null, $"this machine does not run on Xen: {Cause(error)}",
                "Install xen-system-amd64 and boot the entry with the Xen hypervisor");
        }
        if (Says("privileged command interface") && Says("Permission denied"))
        {
            return new OperationFailedException(ErrorIds.RootRequired, target, null, $"only root may talk to Xen: {Cause(error)}",
                "Run this as root");
        }
        if (Says("already exists."))
        {
            return new ItemInUseException(ErrorIds.GuestNameInUse, target, null, $"a domain of this name runs already: {Cause(error)}",
                "Stop that guest first, or give this one another name in its configuration");
        }
        if (Says("is an invalid domain identifier") || Says("maybe this domain does not exist"))
        {
            return new ItemNotFoundException(ErrorIds.GuestNotRunning, target, null, $"there is no such domain: {Cause(error)}",
                "Start the guest, or look at the list of guests for its name");
        }
        if (Says("Out of memory") || Says("Cannot allocate memory") || Says("not enough free memory") || Says("failed to free memory"))
        {
            return new OperationFailedException(ErrorIds.NotEnoughMemory, target, null,
                $"the host has not enough free memory: {Cause(error)}",
                "See free_memory in 'xl info'; stop a guest, or lower memory in the configuration");
        }
        if (Bridge().Match(error) is { Success: true } bridge)
        {
            return new OperationFailedException(ErrorIds.BridgeMissing, target, null,
                $"the bridge {bridge.Groups[1].Value} does not exist: {Cause(error)}",
                "Bring the bridge up (ip link), or correct bridge= in the configuration");
        }
        if (BootLoaderLog().Match(error) is { Success: true } log)
        {
            return BootLoader(target, Path.Combine(logDirectory, log.Groups[1].Value));
        }
        if (Image().Match(error) is { Success: true } image)
        {
            return new ItemNotFoundException(ErrorIds.ImageNotFound, target, null,
                $"the disk image {image.Groups[1].Value} is missing: {Cause(error)}",
                $"Make the node's disk ({RemedyActionKind.MakeNode}), or correct disk= in the configuration");
        }
        if (Lines(error).Any(IsMissingConfig) || Says("Config file not specified"))
        {
            return new ItemNotFoundException(ErrorIds.GuestConfigNotFound, target, null, Cause(error),
                $"Make the configuration first: {RemedyActionKind.MakeGuest}");
        }
        if (InvalidType().IsMatch(error) || Says("config parsing error") || Says("Failed to parse config")
            || Says("Neither kernel nor bootloader") || Says("Domain name must be specified"))
        {
            return new InvalidInputException(ErrorIds.GuestConfigInvalid, target, null, Cause(error), "Correct the configuration");
        }
        if (Says("Not destroying domain 0"))
        {
            return new InvalidInputException(ErrorIds.GuestNameInvalid, target, null, Cause(error), "Name a guest, not dom0");
        }
        if (Says("didn't acknowledge"))
        {
            return new OperationFailedException(ErrorIds.GuestNotResponding, target, null,
                $"the guest does not react to the request: {Cause(error)}",
                $"It may hang or have crashed; stop it with {RemedyActionKind.ForceOption}, which destroys the domain");
        }
        if (Says("block") && Says("is mounted"))
        {
            return new ItemInUseException(ErrorIds.DiskInUse, target, null, Cause(error),
                "Stop the guest or unmount the image that uses the disk");
        }
        if (Says("device model did not start") || Says("device model: spawn failed"))
        {
            return new OperationFailedException(ErrorIds.XlFailed, target, null,
                $"the guest's device model (QEMU) did not start: {Whole(error)}",
                "Install qemu-system-xen, or see /var/log/xen/qemu-dm-NAME.log of the guest");
        }
        if (Says("xenstore") && (Says("Connection refused") || Says("xs_open") || Says("cannot connect to xenstore")
            || Says("failed to connect to xenstore")))
        {
            return new OperationFailedException(ErrorIds.XlFailed, target, null, $"xenstored does not answer: {Whole(error)}",
                "Start Xen's services: systemctl start xen");
        }
        if (ConsoleTerminal().Match(error) is { Success: true } console)
        {
            return new OperationFailedException(ErrorIds.XlFailed, target, null,
                $"xenconsoled did not give the guest a console in time: {Printable.Of(console.Value.Trim())}",
                "See whether xenconsoled runs ('pgrep -a xenconsoled'), and start it if it does not: systemctl restart xen. On a host that has more to do than it can, start the guest again");
        }
        if (ScriptTimeout().Match(error) is { Success: true } script)
        {
            return new OperationFailedException(ErrorIds.XlFailed, target, null,
                $"'{Printable.Of(script.Groups[1].Value)}' did not end within libxl's time: {Whole(error)}",
                "On a host that has more to do than it can, start the guest again; otherwise see why the script hangs");
        }
        if (WentAway(error))
        {
            return new OperationFailedException(ErrorIds.GuestGone, target, null,
                $"the domain went away while it was made; somebody has destroyed it: {Whole(error)}", "Start the guest again");
        }
        return new OperationFailedException(ErrorIds.XlFailed, target, null, $"xl ended with exit code {result.ExitCode}: {Whole(error)}",
            "See /var/log/xen");
    }

    /// <summary>
    /// Devices that cannot be added to a domain, without a script that has failed or taken too long: there is no domain any more.
    /// </summary>
    private static bool WentAway(string error) =>
        AddDevices().IsMatch(error) && !error.Contains("_child_death_cb: script:", StringComparison.Ordinal)
        && !error.Contains("timed out", StringComparison.Ordinal) && !error.Contains("timeout", StringComparison.Ordinal)
        && !error.Contains("failed to stat", StringComparison.Ordinal);

    /// <summary>Every xl says so first where /etc/xen/xl.conf is missing, and goes on.</summary>
    private static bool IsMissingConfig(string line) =>
        line.Contains("Failed to read config file", StringComparison.Ordinal) && !line.Contains("/xl.conf", StringComparison.Ordinal);

    /// <summary>The line that says why: the first that is neither progress nor a warning.</summary>
    internal static string Cause(string error) => Printable.Of(Telling(error).FirstOrDefault() ?? Lines(error).LastOrDefault()
        ?? "it said nothing", 400);

    /// <summary>Everything that xl said about the failure, without its clean-up.</summary>
    private static string Whole(string error)
    {
        var telling = Telling(error).Where(line => !CleanUp().IsMatch(line)).Distinct(StringComparer.Ordinal).ToList();
        return telling.Count == 0 ? Cause(error) : Printable.Of(string.Join(" / ", telling), 2000);
    }

    private static string[] Lines(string error) => error.Split('\n',
        StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    private static IEnumerable<string> Telling(string error) => Lines(error).Where(line =>
        !line.StartsWith("Parsing config from", StringComparison.Ordinal)
        && !line.StartsWith("Shutting down domain", StringComparison.Ordinal)
        && !line.StartsWith("Rebooting domain", StringComparison.Ordinal)
        && !line.StartsWith("Waiting for ", StringComparison.Ordinal)
        && !line.Contains("libxl_report_child_exitstatus", StringComparison.Ordinal)
        && !(line.Contains("Failed to read config file", StringComparison.Ordinal) && !IsMissingConfig(line))
        && !Warning().IsMatch(line));

    private static OperationFailedException BootLoader(string target, string log)
    {
        string text;
        try
        {
            text = Plain(ReadEnd(log));
        }
        catch (Exception e) when (e.IsFileTrouble())
        {
            text = "";
        }
        var lines = text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        var cited = lines.Length == 0 ? $"its log {log} is not there" : $"{log} ends with '{Printable.Of(lines[^1], 300)}'";
        if (text.Contains("cannot execute", StringComparison.Ordinal))
        {
            return new OperationFailedException(ErrorIds.BootLoaderMissing, target, null, $"the boot loader cannot be run: {cited}",
                BootLoaders.IsXenKube(ProgramIn(text)) ? ForMissing
                    : "Correct bootloader= in the configuration; pygrub comes with xen-utils");
        }
        if (text.Contains("Unable to find partition containing kernel", StringComparison.Ordinal))
        {
            return new OperationFailedException(ErrorIds.KernelNotFound, target, null, $"pygrub finds no kernel to boot: {cited}",
                $"The image needs boot/grub/menu.lst on EFI-SYSTEM: pour the node's disk again from a Xen image. See what is missing: {RemedyActionKind.CheckNode}");
        }
        if (text.Contains("Error opening", StringComparison.Ordinal))
        {
            return new OperationFailedException(ErrorIds.KernelNotFound, target, null,
                $"menu.lst names a kernel that is not in the image: {cited}",
                "Make the node's disk again from a Xen image, or correct boot/grub/menu.lst on EFI-SYSTEM");
        }
        return new OperationFailedException(ErrorIds.KernelNotFound, target, null, $"the boot loader failed: {cited}",
            $"See what is wrong with the disk: {RemedyActionKind.CheckNode}");
    }

    private static Remedy ForMissing =>
        $"Install the package xenkube, which has the boot loader, or start the guest with {RemedyActionKind.ExtractKernelOption}";

    private static string? ProgramIn(string log) => CannotExecute().Match(log) is { Success: true } match ? match.Groups[1].Value : null;

    private static string ReadEnd(string path)
    {
        using var file = HostFile.Open(path);
        file.Seek(-Math.Min(file.Length, MaxLog), SeekOrigin.End);
        var bytes = new byte[MaxLog];
        return Encoding.UTF8.GetString(bytes, 0, file.ReadAtLeast(bytes, MaxLog, throwOnEndOfStream: false));
    }

    /// <summary>pygrub's menu leaves terminal sequences in the log.</summary>
    internal static string Plain(string log) => TerminalSequence().Replace(log, "\n");

    /// <summary>
    /// What xl, libxl and the reader of configurations begin a line with that is not an error, and lines about deprecated settings.
    /// </summary>
    [GeneratedRegex(
        @"^(WARNING|Warning|NOTE|Note)\b|^(\S+ ?)?(libxl|xc|xl|\S+:\d+): (warning|notice|info|detail|progress|debug): |\bis deprecated\b",
        RegexOptions.CultureInvariant, PatternLimit.Milliseconds)]
    private static partial Regex Warning();

    [GeneratedRegex(@"Non-existant domain|Unable to destroy guest|Destruction of domain failed|libxl__devices_destroy failed",
        RegexOptions.CultureInvariant, PatternLimit.Milliseconds)]
    private static partial Regex CleanUp();

    [GeneratedRegex(@"unable to add (vif|disk|nic|vtpm|pci|usb) ?\w* ?devices?|unable to read script from /local/domain",
        RegexOptions.CultureInvariant, PatternLimit.Milliseconds)]
    private static partial Regex AddDevices();

    [GeneratedRegex(@"[^\n]*\bdomain \d+ console tty: timed out", RegexOptions.CultureInvariant, PatternLimit.Milliseconds)]
    private static partial Regex ConsoleTerminal();

    [GeneratedRegex(@"killing execution of (\S[^\n]{0,400}) because of timeout", RegexOptions.CultureInvariant, PatternLimit.Milliseconds)]
    private static partial Regex ScriptTimeout();

    [GeneratedRegex(@"^Invalid domain type ", RegexOptions.CultureInvariant | RegexOptions.Multiline, PatternLimit.Milliseconds)]
    private static partial Regex InvalidType();

    [GeneratedRegex(@"Could not find bridge device (\S{1,64})", RegexOptions.CultureInvariant, PatternLimit.Milliseconds)]
    private static partial Regex Bridge();

    [GeneratedRegex(@"consult logfile \S*/([A-Za-z0-9._-]{1,128})", RegexOptions.CultureInvariant, PatternLimit.Milliseconds)]
    private static partial Regex BootLoaderLog();

    [GeneratedRegex(@"cannot execute ([^\s:]{1,4096})", RegexOptions.CultureInvariant, PatternLimit.Milliseconds)]
    private static partial Regex CannotExecute();

    [GeneratedRegex(@"failed to stat: (.{1,4096}): No such file", RegexOptions.CultureInvariant, PatternLimit.Milliseconds)]
    private static partial Regex Image();

    [GeneratedRegex(@"\x1b(\[[0-9;?]*[@-~]|[()][A-Z0-9]|[=>])|[\x00-\x08\x0b-\x1a\x1c-\x1f]",
        RegexOptions.CultureInvariant, PatternLimit.Milliseconds)]
    private static partial Regex TerminalSequence();
}
