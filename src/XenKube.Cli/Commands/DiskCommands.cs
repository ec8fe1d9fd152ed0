using System.CommandLine;
using System.Globalization;
using XenKube.Cli.Output;
using XenKube.Clusters;
using XenKube.Disks;
using XenKube.FileSystems;

namespace XenKube.Cli.Commands;

/// <summary><c>xenkube disk</c>: partitions of an image, and the files in them.</summary>
internal static class DiskCommands
{
    private static readonly Argument<string> Image = new("IMAGE") { Description = "The disk image, or a block device such as /dev/vg/node-1." };
    private static readonly Argument<string> Label = new("LABEL") { Description = "Label or number of the partition, as 'disk partitions' prints it; 1 for a file system without a table." };
    private static readonly Argument<string> Path = new("PATH") { Description = "Path in the partition's file system." };
    private static readonly Argument<string> NewPath = new("NEWPATH") { Description = "The new path." };
    private static readonly Option<string?> Unit = new("--unit") { Description = "Sizes for people (compact) or in bytes (b, the default, as in the guide).", HelpName = "b|compact" };
    private static readonly Option<long> Offset = ByteSize.Option("--offset", "The byte at which the disk or the file system begins in IMAGE (default: 0).");
    private static readonly Option<string?> Mode = new("--mode") { Description = "Permission bits of the file, octal.", HelpName = "MODE" };

    private static readonly Option<string?> Owner = new("--owner") { Description = "Owner of the file in the guest, by number, or owner and group.", HelpName = "UID[:GID]" };

    public static Command Create(Terminal terminal)
    {
        Unit.AcceptOnlyFromAmong("b", "compact");
        var partitions = new Command("partitions", "List the partitions, as parted does.") { Image, Unit, Offset, StandardOptions.Json };
        CommandRun.Handle(partitions, terminal, Partitions);
        var list = new Command("ls", "List a directory, or show a file.") { Image, Label, new Argument<string>("PATH") { Arity = ArgumentArity.ZeroOrOne }, Offset, StandardOptions.Json };
        CommandRun.Handle(list, terminal, run => List(run, (Argument<string>)list.Arguments[2]));
        var cat = new Command("cat", "Print a file.") { Image, Label, Path, Offset };
        CommandRun.Handle(cat, terminal, Cat);
        var put = new Command("put", "Create or replace a file with the content of standard input.") { Image, Label, Path, Mode, Owner, Offset };
        CommandRun.Handle(put, terminal, Put);
        var remove = new Command("rm", "Remove a file or an empty directory.") { Image, Label, Path, Offset };
        CommandRun.Handle(remove, terminal, Remove);
        var make = new Command("mkdir", "Make a directory.") { Image, Label, Path, Offset };
        CommandRun.Handle(make, terminal, run => Edit(run, files => files.CreateDirectory(run.Get(Path))));
        var move = new Command("mv", "Rename a file or directory within its file system, or move it into a directory.") { Image, Label, Path, NewPath, Offset };
        CommandRun.Handle(move, terminal, run => Edit(run, files => Move(files, run.Get(Path), run.Get(NewPath))));
        return new Command("disk", "Read and edit disk images, without root and without mounting them.") { partitions, list, cat, put, remove, make, move };
    }

    private static void Partitions(CommandRun run)
    {
        using var image = new ImageReader(run.Get(Image), run.Get(Offset));
        var table = image.Read(disk => disk.Partitions, run.CancellationToken);
        foreach (var warning in table.Warnings)
        {
            run.Warn($"{run.Get(Image)}: {warning}");
        }
        run.Print(table.Partitions, (output, partitions) => PartitionReport.Write(output, table, partitions, compact: run.Get(Unit) == "compact"));
    }

    private static void List(CommandRun run, Argument<string> path)
    {
        var place = run.Get(path) ?? "/";
        using var image = new ImageReader(run.Get(Image), run.Get(Offset));
        var found = image.Read(run.Get(Label), files => List(files, place), run.CancellationToken);
        foreach (var entry in found.Where(entry => entry.Damage is not null))
        {
            run.Fail($"{run.Get(Image)}: {run.Get(Label)}:{entry.Path}: {entry.Damage}");
        }
        run.Print(found.Where(entry => entry.Damage is null).ToArray(), (output, entries) => TextTable.Write(
            output,
            ["Mode", ">Owner", ">Group", ">Size", "Time", "Name"],
            entries.Select(entry => new[]
            {
                ModeText(entry), Invariant(entry.UserId), Invariant(entry.GroupId), Invariant(entry.Size),
                Timestamp.Minute(entry.LastWriteTimeUtc),
                entry.LinkTarget is null ? entry.Name : $"{entry.Name} -> {entry.LinkTarget}",
            })));
    }

    // A link that leads nowhere is something all the same.
    private static IReadOnlyList<FileSystemEntry> List(IFileSystem files, string path) =>
        (files.Find(path) ?? files.Find(path, followLink: false)) is { Kind: not FileSystemEntryKind.Directory } file ? [file] : files.List(path);

    private static void Cat(CommandRun run)
    {
        using var image = new ImageReader(run.Get(Image), run.Get(Offset));
        using var content = image.Read(run.Get(Label), files => ImageReader.OpenRead(files, run.Get(Path)), run.CancellationToken);
        content.CopyTo(run.Terminal.OutputStream);
    }

    private static void Put(CommandRun run)
    {
        int? mode = run.Get(Mode) is { } text ? ParseMode(text) : null;
        var (user, group) = run.Get(Owner) is { } owner ? ParseOwner(owner) : (null, null);
        var change = new FileAttributesChange(mode, user, group);
        Edit(run, files => files.WriteFile(run.Get(Path), run.Terminal.InputStream, change, run.CancellationToken));
    }

    private static void Remove(CommandRun run) => Edit(run, files =>
    {
        if (!files.Remove(run.Get(Path)))
        {
            throw new ItemNotFoundException(ErrorIds.PathNotFound, run.Get(Image), $"{run.Get(Label)}:{run.Get(Path)}", "there is nothing to remove");
        }
    });

    // As mv(1): a directory that is there means a place in it.
    private static void Move(IFileSystem files, string path, string newPath)
    {
        if (files.Find(newPath) is { Kind: FileSystemEntryKind.Directory } && path.TrimEnd('/').Split('/')[^1] is { Length: > 0 } name)
        {
            newPath = $"{newPath.TrimEnd('/')}/{name}";
        }
        files.Rename(path, newPath);
    }

    private static void Edit(CommandRun run, Action<IFileSystem> edit)
    {
        using var disk = NodeDisk.OpenWrite(run.Get(Image), run.Get(Offset));
        using var files = disk.OpenFileSystem(run.Get(Label));
        edit(files);
    }

    private static int ParseMode(string text)
    {
        return FileModeText.TryParse(text, out var mode) ? mode : throw new InvalidInputException(ErrorIds.ModeInvalid, null, "--mode", $"'{text}' is not an octal mode between 0 and 7777");
    }

    private static (long? User, long? Group) ParseOwner(string text) => FileOwner.TryParse(text, out var user, out var group) ? (user, group)
        : throw new InvalidInputException(ErrorIds.OwnerInvalid, null, "--owner", $"'{text}' is not a user number, nor a user and a group number like 500:500");

    private static string ModeText(FileSystemEntry entry)
    {
        var kind = entry.Kind switch { FileSystemEntryKind.Directory => 'd', FileSystemEntryKind.SymbolicLink => 'l', FileSystemEntryKind.Special => 's', _ => '-' };
        return $"{kind}{Convert.ToString(entry.Mode & 0xfff, 8).PadLeft(4, '0')}";
    }

    private static string Invariant(long value) => value.ToString(CultureInfo.InvariantCulture);
}
