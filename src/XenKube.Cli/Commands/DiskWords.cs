using System.CommandLine;
using System.Globalization;
using XenKube.Cli.Output;
using XenKube.Clusters;
using XenKube.FileSystems;

namespace XenKube.Cli.Commands;

/// <summary>The words that the commands of <c>xenkube disk</c> share.</summary>
internal static class DiskWords
{
    public static readonly Argument<string> Image = new("IMAGE")
        { Description = "The disk image, or a block device such as /dev/vg/node-1." };
    public static readonly Argument<string> Label = new("LABEL")
        { Description = "Label or number of the partition, as 'disk partitions' prints it; 1 for a file system without a table." };
    public static readonly Argument<string> Path = new("PATH") { Description = "Path in the partition's file system." };
    public static readonly Argument<string> NewPath = new("NEWPATH") { Description = "The new path." };
    public static readonly Option<long> Offset = ByteSize.Option("--offset",
        "The byte at which the disk or the file system begins in IMAGE (default: 0).");
    public static readonly Option<int> Wait = new("--wait")
    {
        Description = "How long to wait at most for an image that is in use, in seconds (default: 0).",
        HelpName = "SECONDS",
        CustomParser = result =>
        {
            if (int.TryParse(result.Tokens[0].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds))
            {
                return seconds;
            }
            result.AddError($"'{Printable.Of(result.Tokens[0].Value)}' is not a number of seconds");
            return 0;
        },
    };

    /// <summary>Makes one edit, with the image's lock.</summary>
    public static void Edit(CommandRun run, Action<IFileSystem> edit)
    {
        using var disk = NodeDisk.OpenWrite(run.Get(Image), run.Get(Offset), TimeSpan.FromSeconds(run.Get(Wait)), run.CancellationToken);
        using var files = disk.OpenFileSystem(run.Get(Label));
        try
        {
            edit(files);
        }
        catch (XenKubeException e) when (e.File is null)
        {
            throw e.In(run.Get(Image));
        }
    }

    /// <summary>As cp(1), mv(1) and ln(1): a directory that is there means a place in it.</summary>
    public static string Into(IFileSystem files, string newPath, string path) =>
        files.Find(newPath) is { Kind: FileSystemEntryKind.Directory } && NameOf(path) is { Length: > 0 } name
            ? $"{newPath.TrimEnd('/')}/{name}" : newPath;

    /// <summary>The last name of a path.</summary>
    public static string NameOf(string path) => path.TrimEnd('/').Split('/')[^1];
}
