using System.CommandLine;
using XenKube.FileSystems;
using XenKube.FileSystems.Copying;

namespace XenKube.Cli.Commands;

/// <summary>The commands of <c>xenkube disk</c> that change a file system, named and written as the programs of Linux are.</summary>
internal static class DiskEditCommands
{
    private static readonly Argument<string> Change = new("MODE")
        { Description = "Octal digits, or clauses as chmod takes them: u+x,go-w." };
    private static readonly Argument<string> NewOwner = new("OWNER")
        { Description = "User, or user and group, by number: 500, 500:500, :500." };
    private static readonly Argument<string> Target = new("TARGET")
        { Description = "What the link leads to: a path, or with --symbolic any text." };
    private static readonly Argument<string> Link = new("LINK") { Description = "Path of the link, or a directory for it." };
    private static readonly Option<string?> Mode = new("--mode", "-m") { Description = "Permission bits, octal.", HelpName = "MODE" };
    private static readonly Option<string?> Owner = new("--owner")
        { Description = "Owner of the file in the guest, by number, or owner and group.", HelpName = "UID[:GID]" };
    private static readonly Option<bool> Recursive = new("--recursive", "-r", "-R")
        { Description = "Take directories with all that is in them." };
    private static readonly Option<bool> Parents = new("--parents", "-p")
        { Description = "Make missing directories above it too; a directory that exists already is accepted." };
    private static readonly Option<bool> Symbolic = new("--symbolic", "-s")
        { Description = "Make a symbolic link; without it, a second name of the same file." };
    private static readonly Option<bool> NoDereference = new("--no-dereference")
        { Description = "Change a symbolic link itself, not the file that it leads to." };

    public static IEnumerable<Command> Create()
    {
        Command Editing(string name, string description, Action<CommandRun> action, params Symbol[] words)
        {
            var command = new Command(name, description) { DiskWords.Image, DiskWords.Label };
            foreach (var argument in words.OfType<Argument>())
            {
                command.Add(argument);
            }
            foreach (var option in words.OfType<Option>().Append(DiskWords.Wait).Append(DiskWords.Offset))
            {
                command.Add(option);
            }
            CommandRun.Handle(command, action);
            return command;
        }
        yield return Editing("put", "Create or replace a file with the content of standard input.", Put, DiskWords.Path, Mode, Owner);
        yield return Editing("rm", "Remove a file or an empty directory; with --recursive, a directory with all that is in it.", Remove,
            DiskWords.Path, Recursive);
        yield return Editing("mkdir", "Make a directory.", MakeDirectory, DiskWords.Path, Parents, Mode);
        yield return Editing("mv", "Rename a file or directory within its file system, or move it into a directory.", Move, DiskWords.Path,
            DiskWords.NewPath);
        yield return Editing("cp",
            "Copy a file, or with --recursive a directory, within its file system; owners, modes and times are kept.", Copy,
            DiskWords.Path, DiskWords.NewPath, Recursive);
        yield return Editing("ln", "Give a file a second name, or make a symbolic link.", MakeLink, Target, Link, Symbolic);
        yield return Editing("chmod", "Change the permissions of a file or directory.", ChangeMode, Change, DiskWords.Path, Recursive);
        yield return Editing("chown", "Change the owner of a file or directory.", ChangeOwner, NewOwner, DiskWords.Path, Recursive,
            NoDereference);
    }

    private static void Put(CommandRun run)
    {
        int? mode = run.Get(Mode) is { } text ? ParseMode(text) : null;
        var (user, group) = run.Get(Owner) is { } owner ? ParseOwner(owner, "--owner") : (null, null);
        var change = new FileAttributesChange(mode, user, group);
        DiskWords.Edit(run, files => files.WriteFile(run.Get(DiskWords.Path), run.Terminal.InputStream, change, run.CancellationToken));
    }

    private static void Remove(CommandRun run) => DiskWords.Edit(run, files =>
    {
        var path = run.Get(DiskWords.Path);
        if (!(run.Get(Recursive) ? TreeEdits.Remove(files, path, run.CancellationToken) : files.Remove(path)))
        {
            throw new ItemNotFoundException(ErrorIds.PathNotFound, run.Get(DiskWords.Image), $"{run.Get(DiskWords.Label)}:{path}",
                "there is nothing to remove");
        }
    });

    private static void MakeDirectory(CommandRun run)
    {
        var attributes = run.Get(Mode) is { } text ? new FileAttributesChange(Mode: ParseMode(text)) : null;
        DiskWords.Edit(run, files =>
        {
            if (run.Get(Parents))
            {
                TreeEdits.CreateDirectories(files, run.Get(DiskWords.Path), attributes);
            }
            else
            {
                files.CreateDirectory(run.Get(DiskWords.Path), attributes);
            }
        });
    }

    private static void Move(CommandRun run) => DiskWords.Edit(run, files =>
    {
        var path = run.Get(DiskWords.Path);
        files.Rename(path, DiskWords.Into(files, run.Get(DiskWords.NewPath), path));
    });

    private static void Copy(CommandRun run) => DiskWords.Edit(run, files =>
    {
        var path = run.Get(DiskWords.Path);
        if (!run.Get(Recursive) && files.Find(path) is { Kind: FileSystemEntryKind.Directory })
        {
            throw new InvalidInputException(ErrorIds.PathInvalid, null, path, "it is a directory",
                "Copy it with all that is in it by --recursive, or make an empty one by mkdir");
        }
        TreeCopy.Between(files, path, DiskWords.NameOf(path), files, run.Get(DiskWords.NewPath),
            new TreeCopyOptions { Recurse = run.Get(Recursive), Warn = run.Warn }, run.CancellationToken);
    });

    private static void MakeLink(CommandRun run) => DiskWords.Edit(run, files =>
    {
        var target = run.Get(Target);
        var link = DiskWords.Into(files, run.Get(Link), target);
        if (run.Get(Symbolic))
        {
            files.CreateSymbolicLink(link, target);
        }
        else
        {
            files.CreateHardLink(link, target);
        }
    });

    private static void ChangeMode(CommandRun run)
    {
        var text = run.Get(Change);
        var change = FileModeChange.TryParse(text)
            ?? throw new InvalidInputException(ErrorIds.ModeInvalid, null, "MODE",
                $"'{Printable.Of(text)}' is neither an octal mode between 0 and 7777 nor clauses like u+x,go-w");
        // As chmod(1): a link has no permissions that anybody looks at; one that is named means the file that it leads to.
        ForEach(run, followNamed: true, (files, entry, follow) =>
        {
            if (entry.Kind != FileSystemEntryKind.SymbolicLink)
            {
                files.SetAttributes(entry.Path, new FileAttributesChange(Mode: change.Apply(entry.Mode,
                    entry.Kind == FileSystemEntryKind.Directory)), follow);
            }
        });
    }

    private static void ChangeOwner(CommandRun run)
    {
        var (user, group) = ParseOwner(run.Get(NewOwner), "OWNER");
        ForEach(run, followNamed: !run.Get(NoDereference), (files, entry, follow) =>
            files.SetAttributes(entry.Path, new FileAttributesChange(UserId: user, GroupId: group), follow));
    }

    private static void ForEach(CommandRun run, bool followNamed, Action<IFileSystem, FileSystemEntry, bool> change) =>
        DiskWords.Edit(run, files =>
    {
        var path = run.Get(DiskWords.Path);
        if (run.Get(Recursive))
        {
            TreeEdits.ForEach(files, path, entry => change(files, entry, false), run.CancellationToken);
            return;
        }
        var found = files.Find(path, followNamed) ?? throw new ItemNotFoundException(ErrorIds.PathNotFound, run.Get(DiskWords.Image),
            $"{run.Get(DiskWords.Label)}:{path}", "there is no such file or directory");
        change(files, found with { Path = path }, followNamed);
    });

    private static int ParseMode(string text) => FileModeText.TryParse(text, out var mode) ? mode
        : throw new InvalidInputException(ErrorIds.ModeInvalid, null, "--mode",
            $"'{Printable.Of(text)}' is not an octal mode between 0 and 7777");

    private static (long? User, long? Group) ParseOwner(string text, string word) =>
        FileOwner.TryParse(text, out var user, out var group) ? (user, group)
        : throw new InvalidInputException(ErrorIds.OwnerInvalid, null, word,
            $"'{Printable.Of(text)}' is not a user number, nor a user and a group number like 500:500");
}
