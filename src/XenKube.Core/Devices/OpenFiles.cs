using System.Globalization;
using XenKube.Files;
using XenKube.Posix;

namespace XenKube.Devices;

/// <summary>The open files of processes, as far as /proc shows them to us.</summary>
/// <param name="system">Where /proc is.</param>
internal sealed class OpenFiles(string system)
{
    private const int AccessMode = 3;

    /// <summary>A process by its number.</summary>
    /// <param name="Id">The number.</param>
    /// <param name="Command">Its command line, cut short and fit for a message.</param>
    public readonly record struct Holder(int Id, string Command)
    {
        /// <inheritdoc/>
        public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Command} (process {Id})");
    }

    /// <summary>Who has a file open.</summary>
    /// <param name="file">The file.</param>
    /// <param name="writing">True for those only that may write to it.</param>
    public IEnumerable<Holder> Of(FileIdentity file, bool writing)
    {
        foreach (var process in List(Path.Combine(system, "proc")))
        {
            if (int.TryParse(Path.GetFileName(process), NumberStyles.None, CultureInfo.InvariantCulture, out var id)
                && Has(process, file, writing))
            {
                yield return Describe(id);
            }
        }
    }

    /// <summary>True where a process is seen to have a file open.</summary>
    public bool Has(int id, FileIdentity file) => Has(Path.Combine(system, "proc", id.ToString(CultureInfo.InvariantCulture)), file, writing: false);

    private static bool Has(string process, FileIdentity file, bool writing) =>
        List(Path.Combine(process, "fd")).Any(open => FileIdentity.Of(open) == file && (!writing || IsWriting(process, Path.GetFileName(open))));

    /// <summary>A process with what a person knows it by.</summary>
    public Holder Describe(int id)
    {
        var folder = Path.Combine(system, "proc", id.ToString(CultureInfo.InvariantCulture));
        var line = ReadText(Path.Combine(folder, "cmdline")).Replace('\0', ' ').Trim();
        return new Holder(id, Printable.Of(line.Length > 0 ? line : ReadText(Path.Combine(folder, "comm")).Trim(), 60));
    }

    // fdinfo writes the flags of open(2) in octal.
    private static bool IsWriting(string process, string descriptor)
    {
        foreach (var line in ReadText(Path.Combine(process, "fdinfo", descriptor)).Split('\n'))
        {
            if (line.StartsWith("flags:", StringComparison.Ordinal))
            {
                var digits = line.AsSpan(6).Trim();
                return digits.Length > 0 && ((digits[^1] - '0') & AccessMode) != 0;
            }
        }
        return false;
    }

    private static string[] List(string folder)
    {
        try
        {
            return Directory.GetFileSystemEntries(folder);
        }
        catch (Exception e) when (e.IsFileTrouble())
        {
            // It has ended, or is not ours to look at.
            return [];
        }
    }

    private static string ReadText(string path) => WholeFile.TryReadText(path) ?? "";
}
