using System.Globalization;
using XenKube.Posix;

namespace XenKube.Devices;

/// <summary>The open files of processes, as far as /proc shows them to us.</summary>
/// <param name="system">Where /proc is.</param>
internal sealed class OpenFiles(string system)
{
    private const int AccessMode = 3;

    private readonly SystemFiles _system = new(system);

    /// <summary>A process by its number.</summary>
    /// <param name="Id">The number.</param>
    /// <param name="Command">Its command line, cut short and fit for a message.</param>
    public readonly record struct Holder(int Id, string Command)
    {
        /// <inheritdoc/>
        public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Command} (process {Id})");
    }

    /// <summary>Who has an image open, or what shares bytes with it.</summary>
    /// <param name="family">The image.</param>
    /// <param name="writing">True for those only that may write to it.</param>
    public IEnumerable<Holder> Of(DeviceFamily family, bool writing)
    {
        foreach (var process in _system.Processes().Select(folder => $"proc/{Path.GetFileName(folder)}"))
        {
            if (_system.List($"{process}/fd").Any(open => family.ContainsPath(open)
                && (!writing || IsWriting(process, Path.GetFileName(open)))))
            {
                yield return Describe(int.Parse(Path.GetFileName(process), CultureInfo.InvariantCulture));
            }
        }
    }

    /// <summary>
    /// True for a process that may be about to become another program: until then it has copies of all that the one which starts it had
    /// open, and the command line of that one.
    /// </summary>
    /// <param name="id">The process.</param>
    public bool IsStarting(int id)
    {
        var folder = string.Create(CultureInfo.InvariantCulture, $"proc/{id}");
        var fields = ProcessFields.Split(_system.Read($"{folder}/stat"));
        return fields.Length > ProcessFields.Parent && _system.Read($"{folder}/cmdline") is { Length: > 0 } command
            && command == _system.Read($"proc/{fields[ProcessFields.Parent]}/cmdline");
    }

    /// <summary>True where a process is seen to have a file open.</summary>
    public bool Has(int id, FileIdentity file) =>
        _system.List(string.Create(CultureInfo.InvariantCulture, $"proc/{id}/fd")).Any(open => FileIdentity.Of(open) == file);

    /// <summary>A process with what a person knows it by.</summary>
    public Holder Describe(int id)
    {
        var folder = string.Create(CultureInfo.InvariantCulture, $"proc/{id}");
        var line = _system.Read($"{folder}/cmdline").Replace('\0', ' ').Trim();
        return new Holder(id, Printable.Of(line.Length > 0 ? line : _system.Read($"{folder}/comm").Trim(), 60));
    }

    // fdinfo writes the flags of open(2) in octal.
    private bool IsWriting(string process, string descriptor)
    {
        foreach (var line in _system.Read($"{process}/fdinfo/{descriptor}").Split('\n'))
        {
            if (line.StartsWith("flags:", StringComparison.Ordinal))
            {
                var digits = line.AsSpan(6).Trim();
                return digits.Length > 0 && ((digits[^1] - '0') & AccessMode) != 0;
            }
        }
        return false;
    }
}
