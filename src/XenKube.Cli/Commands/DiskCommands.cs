using System.CommandLine;
using System.Globalization;
using XenKube.Cli.Output;
using XenKube.Disks;
using XenKube.FileSystems;

namespace XenKube.Cli.Commands;

/// <summary><c>xenkube disk</c>: partitions of an image, and the files in them.</summary>
internal static class DiskCommands
{
    private static readonly Argument<string?> AnyLabel = new("LABEL")
        { Arity = ArgumentArity.ZeroOrOne, Description = "Label or number of one partition (default: all)." };
    private static readonly Argument<string?> AnyPath = new("PATH")
        { Arity = ArgumentArity.ZeroOrOne, Description = "Path in the partition's file system (default: /)." };
    private static readonly Option<string?> Unit = new("--unit")
        { Description = "Sizes for people (compact) or in bytes (b, the default, as in the guide).", HelpName = "b|compact" };

    public static Command Create()
    {
        Unit.AcceptOnlyFromAmong("b", "compact");
        Command Reading(string name, string description, Action<CommandRun> action, params Symbol[] words)
        {
            var command = new Command(name, description);
            foreach (var word in words)
            {
                switch (word)
                {
                    case Argument argument:
                        command.Add(argument);
                        break;
                    case Option option:
                        command.Add(option);
                        break;
                    default:
                        break;
                }
            }
            CommandRun.Handle(command, action);
            return command;
        }
        var disk = new Command("disk", "Read and edit disk images, without root and without mounting them.")
        {
            Reading("partitions", "List the partitions, as parted does.", Partitions, DiskWords.Image, Unit, DiskWords.Offset,
                StandardOptions.Json),
            Reading("df", "Show the size of the file systems and what is free in them.", Free, DiskWords.Image, AnyLabel, Unit,
                DiskWords.Offset, StandardOptions.Json),
            Reading("ls", "List a directory, or show a file.", List, DiskWords.Image, DiskWords.Label, AnyPath, DiskWords.Offset,
                StandardOptions.Json),
            Reading("cat", "Print a file.", Cat, DiskWords.Image, DiskWords.Label, DiskWords.Path, DiskWords.Offset),
        };
        foreach (var command in DiskEditCommands.Create())
        {
            disk.Add(command);
        }
        return disk;
    }

    private static void Partitions(CommandRun run)
    {
        using var image = new ImageReader(run.Get(DiskWords.Image), run.Get(DiskWords.Offset));
        var table = image.Read(disk => disk.Partitions, run.CancellationToken);
        foreach (var warning in table.Warnings)
        {
            run.Warn($"{run.Get(DiskWords.Image)}: {warning}");
        }
        run.Print(table.Partitions, (output, partitions) => PartitionReport.Write(output, table, partitions,
            compact: run.Get(Unit) == "compact"));
    }

    // File systems that cannot be read are left out, unless one is named.
    private static void Free(CommandRun run)
    {
        using var image = new ImageReader(run.Get(DiskWords.Image), run.Get(DiskWords.Offset));
        var spaces = image.Read(
            disk => run.Get(AnyLabel) is { } label
                ? [FileSystemSpace.Of(disk, disk.GetPartition(label))]
                : disk.Partitions.Partitions.Where(partition => FileSystemSpace.CanRead(partition.FileSystem))
                .Select(partition => FileSystemSpace.Of(disk, partition)).ToArray(),
            run.CancellationToken);
        string Bytes(long value) => run.Get(Unit) == "compact" ? BinarySize.Format(value) : Invariant(value) + "B";
        run.Print(spaces, (output, rows) => TextTable.Write(
            output, ["Name", "File system", ">Size", ">Used", ">Free", ">Use%"],
            rows.Select(row => new[] { row.Name, row.FileSystem, Bytes(row.Size), Bytes(row.Used), Bytes(row.Free),
                string.Create(CultureInfo.InvariantCulture, $"{row.UsedPercent}%") })));
    }

    private static void List(CommandRun run)
    {
        var place = run.Get(AnyPath) ?? "/";
        using var image = new ImageReader(run.Get(DiskWords.Image), run.Get(DiskWords.Offset));
        var found = image.Read(run.Get(DiskWords.Label), files => List(files, place), run.CancellationToken);
        foreach (var entry in found.Where(entry => entry.Damage is not null))
        {
            run.Fail($"{run.Get(DiskWords.Image)}: {run.Get(DiskWords.Label)}:{entry.Path}: {entry.Damage}");
        }
        run.Print(found.Where(entry => entry.Damage is null).ToArray(), (output, entries) => TextTable.Write(
            output,
            ["Mode", ">Owner", ">Group", ">Size", "Time", "Name"],
            entries.Select(entry => new[]
            {
                FileModeText.Of(entry.Kind, entry.Mode), Invariant(entry.UserId), Invariant(entry.GroupId), Invariant(entry.Size),
                Timestamp.Minute(entry.LastWriteTimeUtc),
                entry.LinkTarget is null ? entry.Name : $"{entry.Name} -> {entry.LinkTarget}",
            })));
    }

    // A link that leads nowhere is something all the same.
    private static IReadOnlyList<FileSystemEntry> List(IFileSystem files, string path) =>
        (files.Find(path) ?? files.Find(path, followLink: false)) is { Kind: not FileSystemEntryKind.Directory } file
            ? [file] : files.List(path);

    private static void Cat(CommandRun run)
    {
        using var image = new ImageReader(run.Get(DiskWords.Image), run.Get(DiskWords.Offset));
        using var content = image.Read(run.Get(DiskWords.Label), files =>
            ImageReader.OpenRead(files, run.Get(DiskWords.Path)), run.CancellationToken);
        content.CopyTo(run.Terminal.OutputStream);
    }

    private static string Invariant(long value) => value.ToString(CultureInfo.InvariantCulture);
}
