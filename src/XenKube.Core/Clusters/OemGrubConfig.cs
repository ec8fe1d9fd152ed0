using System.Text;
using XenKube.Disks;
using XenKube.FileSystems;
using XenKube.FileSystems.Btrfs;
using XenKube.FileSystems.Ext;

namespace XenKube.Clusters;

/// <summary>
/// The grub.cfg of an image's OEM partition, which the guest's GRUB sources: its <c>linux_append</c> reaches the kernel
/// command line, and with it the URL from which Ignition fetches the node's config.
/// </summary>
/// <param name="DiskPath">The image.</param>
/// <param name="ConfigUri">The URL of the Ignition config; null where none is set.</param>
/// <param name="LinuxAppend">The value of <c>linux_append</c>; null where it is not set.</param>
/// <param name="Text">The whole file; empty where there is none.</param>
public sealed record OemGrubConfig(string DiskPath, Uri? ConfigUri, string? LinuxAppend, string Text)
{
    /// <summary>Label of the partition.</summary>
    public const string PartitionLabel = "OEM";

    /// <summary>Path of the file in the partition.</summary>
    public const string FilePath = "/grub.cfg";

    /// <summary>The largest grub.cfg that is read, in bytes; real ones have a few lines.</summary>
    public const int MaximumSize = 1 << 20;

    /// <summary>The line that sets <c>linux_append</c>, as the guide shows it; empty where it is not set.</summary>
    public string Line => LinuxAppend is null ? "" : GrubScript.AppendLine(LinuxAppend);

    /// <summary>Reads the grub.cfg of an image.</summary>
    /// <param name="diskPath">The image.</param>
    public static OemGrubConfig Read(string diskPath)
    {
        return ImageReader.ReadOnce(diskPath, disk => Read(disk, diskPath));
    }

    /// <summary>Points an image's Ignition at a URL, keeping every other line of the file.</summary>
    /// <param name="diskPath">The image.</param>
    /// <param name="configUri">Where the guest fetches its config: http or https, as the guest's Ignition takes it.</param>
    /// <param name="linuxAppend">Further kernel arguments for the line: those to add, or patterns (<c>*</c>) of those to keep.</param>
    /// <param name="cancellationToken">Stops before the edit; the edit itself is one transaction.</param>
    /// <exception cref="InvalidInputException">The URL cannot be passed on a kernel command line.</exception>
    /// <exception cref="UnsupportedFeatureException">GRUB could not read this file system, and the guest would boot without the
    /// URL.</exception>
    public static OemGrubConfig Write(string diskPath, Uri configUri, IReadOnlyList<string>? linuxAppend = null,
        CancellationToken cancellationToken = default)
    {
        using var disk = NodeDisk.OpenWrite(diskPath, cancellationToken: cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();
        using var oem = disk.OpenFileSystem(PartitionLabel);
        return Check(oem, diskPath, configUri).Point(oem, configUri, linuxAppend ?? [], GuestLayout.Detect(disk));
    }

    /// <summary>Takes the URL out again; the file goes away where nothing else is left in it.</summary>
    /// <param name="diskPath">The image.</param>
    /// <param name="cancellationToken">Stops before the edit.</param>
    public static OemGrubConfig Clear(string diskPath, CancellationToken cancellationToken = default)
    {
        using var disk = NodeDisk.OpenWrite(diskPath, cancellationToken: cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();
        using var oem = disk.OpenFileSystem(PartitionLabel);
        PutJournalInPlace(oem);
        var old = ReadText(oem, diskPath);
        var text = GrubScript.WithoutConfigUri(old);
        if (text.Length == 0)
        {
            oem.Remove(FilePath);
        }
        else if (text != old)
        {
            oem.WriteFile(FilePath, Encoding.UTF8.GetBytes(text));
        }
        return Parse(diskPath, text);
    }

    internal static OemGrubConfig Read(DiskImage disk, string diskPath)
    {
        using var oem = disk.OpenFileSystem(PartitionLabel);
        return Parse(diskPath, ReadText(oem, diskPath));
    }

    /// <summary>Reads grub.cfg and checks everything that could keep it from being pointed at a URL; changes nothing.</summary>
    internal static OemGrubConfig Check(IFileSystem oem, string diskPath, Uri configUri)
    {
        GrubScript.CheckUri(configUri);
        RequireReadableByGrub(oem, diskPath);
        (oem as BtrfsFileSystem)?.RefuseEdit(diskPath, PartitionLabel);
        return Parse(diskPath, ReadText(oem, diskPath));
    }

    /// <summary>Points this grub.cfg, as it was read, at a URL.</summary>
    internal OemGrubConfig Point(IFileSystem oem, Uri configUri, IReadOnlyList<string> linuxAppend, GuestLayout layout)
    {
        PutJournalInPlace(oem);
        var text = GrubScript.WithConfigUri(Text, configUri, linuxAppend, layout.ConfigUriParameter);
        if (text == Text)
        {
            return this;
        }
        oem.WriteFile(FilePath, Encoding.UTF8.GetBytes(text));
        return Parse(DiskPath, text);
    }

    /// <inheritdoc/>
    public override string ToString() => Line;

    private static OemGrubConfig Parse(string diskPath, string text)
    {
        var append = GrubScript.FindLinuxAppend(text);
        return new OemGrubConfig(diskPath, GrubScript.FindConfigUri(append), append, text);
    }

    // An earlier edit that broke off may be in the journal alone, and GRUB reads the file system without it. There may be nothing left to
    // change.
    private static void PutJournalInPlace(IFileSystem oem) => (oem as ExtFileSystem)?.Recover();

    private static string ReadText(IFileSystem oem, string diskPath)
    {
        var entry = oem.Find(FilePath);
        if (entry is null)
        {
            return "";
        }
        if (entry.Kind != FileSystemEntryKind.File || entry.Size > MaximumSize)
        {
            throw new InvalidInputException(ErrorIds.GrubConfigInvalid, diskPath, $"{PartitionLabel}:{FilePath}",
                entry.Kind != FileSystemEntryKind.File
                    ? "it is not a file" : $"its {entry.Size} bytes are more than the {MaximumSize} of any real one");
        }
        return SmallFile.TryReadText(oem, FilePath, MaximumSize)!;
    }

    // GRUB that cannot read OEM says nothing: the guest boots without its URL, and an evening is lost.
    private static void RequireReadableByGrub(IFileSystem oem, string diskPath)
    {
        if (oem is ExtFileSystem { GrubCompatibility: { IsReadable: false } grub })
        {
            var feature = grub.Grub.Concat(grub.CoreOSGrub).First();
            throw new UnsupportedFeatureException(diskPath, $"{PartitionLabel} file system", feature,
                $"The guest's GRUB cannot read a file system with it and would boot without the URL; make OEM with mke2fs -O ^{feature}");
        }
    }
}
