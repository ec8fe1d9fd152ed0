using System.Text;
using XenKube.FileSystems;
using XenKube.FileSystems.Btrfs;
using XenKube.Images;

namespace XenKube.Clusters;

/// <summary>
/// Has Flatcar's next boot empty ROOT, but for what is to be kept: the file that the guest's own flatcar-reset writes (flatcar/init,
/// bin/flatcar-reset), and that the initramfs acts upon (flatcar/bootengine, initrd-setup-root).
/// </summary>
public sealed class CleanStep : IgnitionResetStep
{
    /// <summary>The file on ROOT, which holds one regular expression (egrep) of the paths to keep; the guest removes it.</summary>
    public const string FilePath = "/selective-os-reset";

    /// <summary>bootengine knows the file since 2023-02-28; a release is numbered by the days since 2013-07-01.</summary>
    private const int FirstRelease = 3529;

    /// <inheritdoc/>
    public override string Name => "Clean";

    /// <inheritdoc/>
    public override string GuideWord => "clean";

    /// <inheritdoc/>
    public override string Sentence => $"have the next boot remove from {GuestLayout.RootLabel} what is not to be kept";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Partitions => [GuestLayout.RootLabel];

    /// <inheritdoc/>
    private protected override int Order => 45;

    /// <inheritdoc/>
    internal override IReadOnlyList<string> PartitionsOf(IgnitionResetWork work) =>
        work.Layout == GuestLayout.Flatcar ? Partitions : [];

    /// <inheritdoc/>
    internal override void Check(IgnitionResetWork work)
    {
        _ = Expression(work.Options.Keep ?? []);
        if (work.Layout != GuestLayout.Flatcar || IsTooOld(work.Config.Guest?.Version))
        {
            var release = work.Config.Guest?.ToString() ?? DistributionNames.TitleOf(work.Layout.Distribution);
            throw new UnsupportedFeatureException(work.Node.DiskPath, null, "selective-os-reset",
                $"Make its disk again, which loses all that is on it: {new RemedyAction(RemedyActionKind.RecreateNode, work.Node.FullName)}",
                $"{release} cannot empty its {GuestLayout.RootLabel} at the next boot, as Flatcar since {FirstRelease} can");
        }
        var root = work.Open(GuestLayout.RootLabel);
        (root as BtrfsFileSystem)?.RefuseEdit(work.Node.DiskPath, GuestLayout.RootLabel);
        if (root.Find(FilePath, followLink: false) is { Kind: not FileSystemEntryKind.File })
        {
            throw new ItemExistsException(ErrorIds.FileExists, work.Node.DiskPath, $"{GuestLayout.RootLabel}:{FilePath}",
                "it is not a regular file", $"Rename {FilePath} on {GuestLayout.RootLabel}, or remove it");
        }
    }

    /// <inheritdoc/>
    internal override (bool Changed, string Message) Apply(IgnitionResetWork work)
    {
        var keep = work.Options.Keep ?? [];
        work.Open(GuestLayout.RootLabel).WriteFile(FilePath, Encoding.UTF8.GetBytes(Expression(keep) + "\n"));
        var kept = keep.Count == 0 ? "nothing" : string.Join(", ", keep);
        return (true, $"The next boot empties {GuestLayout.RootLabel}, and keeps {kept}");
    }

    /// <summary>The regular expression that flatcar-reset makes of paths, or of regular expressions of paths.</summary>
    /// <exception cref="InvalidInputException">One of them is not a path.</exception>
    internal static string Expression(IReadOnlyList<string> keep)
    {
        var expression = new StringBuilder("(");
        foreach (var path in keep)
        {
            // Quotes and line breaks would end the expression on the guest, where a shell hands it to find.
            if (path.Length == 0 || !@"/\({[$^".Contains(path[0], StringComparison.Ordinal)
                || path.Any(letter => char.IsControl(letter) || letter == '\''))
            {
                throw new InvalidInputException(ErrorIds.PathInvalid, null, null, $"'{Printable.Of(path)}' is not a path to keep",
                    "Give an absolute path, or a regular expression (egrep) of absolute paths, such as /var/log or /etc/ssh/ssh_host_.*");
            }
            var entry = path.Length > 1 && path.EndsWith('/') ? path[..^1] : path;
            // A folder is kept with its content, unless the path says by its end that it is an expression.
            if (entry[0] == '/' && !"$)*]?".Contains(entry[^1], StringComparison.Ordinal))
            {
                expression.Append(entry).Append("/.*|");
            }
            expression.Append(entry).Append('|');
        }
        return expression.Append("/flatcar-backup|/flatcar-backup/.*|").Append(FilePath).Append(')').ToString();
    }

    private static bool IsTooOld(string? version) => int.TryParse(version?.Split('.')[0], out var branch) && branch < FirstRelease;
}
