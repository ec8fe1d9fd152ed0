using System.Globalization;
using System.Text.RegularExpressions;
using XenKube.Booting;
using XenKube.Disks;
using XenKube.FileSystems;
using XenKube.Images;

namespace XenKube.Clusters;

/// <summary>
/// The release that a disk holds: as os-release on its USR says, or, where root cannot be read (Fedora CoreOS' XFS), as the title of the
/// newest boot entry says, which ostree makes of os-release.
/// </summary>
/// <param name="Id">coreos, flatcar or fedora-coreos; empty where it is not said.</param>
/// <param name="Version">The release, such as 1520.9.0; empty where it is not said.</param>
internal sealed partial record GuestOfImage(string Id, string Version)
{
    private const string FirstSlot = "USR-A";
    private const string ReleaseFile = "/lib/os-release";
    private const int MaxText = 1 << 20;

    // Container Linux: coreos/coreos-overlay, branch build-N, sys-apps/ignition, is the Ignition that releases N.x.y have:
    // build-1451 0.16.0, 1465 0.17.2, 1675 0.21.0, 1688 0.22.0, 1981 0.28.0, 1995 0.29.1, and 0.34.0 in the last of them.
    // Flatcar: flatcar/flatcar-website, data/releases/alpha/*.yml: 3066.0.0 has Ignition 0.36.1, 3185.0.0 2.13.0 with
    // generation 2 still understood, 3535.0.0 2.15.0, 4152.0.0 2.20.0.
    // Specification and Ignition: coreos/ignition, NEWS of the branch spec2x ("Mark the … config spec as stable": 2.1.0 in
    // 0.17.0, 2.2.0 in 0.22.0, 2.3.0 in 0.29.0, 2.4.0 in 0.35.0), and docs/specs.md (3.3.0 in 2.11.0, 3.4.0 in 2.15.0,
    // 3.5.0 in 2.20.0, 3.6.0 in 2.26.0). A release is numbered by the days since 2013-07-01: the branch of one below 4614 is older than
    // Ignition 2.26.0 of 2026-02-17.
    private static readonly (string Id, string Specification, int First)[] FirstReleases =
    [
        ("coreos", "2.1.0", 1465),
        ("coreos", "2.2.0", 1688),
        ("coreos", "2.3.0", 1995),
        ("flatcar", "2.3.0", 1995),
        ("flatcar", "2.4.0", 3066),
        ("flatcar", "3.0.0", 3185),
        ("flatcar", "3.1.0", 3185),
        ("flatcar", "3.2.0", 3185),
        ("flatcar", "3.3.0", 3185),
        ("flatcar", "3.4.0", 3535),
        ("flatcar", "3.5.0", 4152),
        ("flatcar", "3.6.0", 4614),
        ("flatcar", "3.7.0-experimental", 4614),
    ];

    // Fedora CoreOS numbers a release FEDORA.DATE.STREAM.BUILD. One that was built before an Ignition was released does not have it
    // (coreos/ignition, docs/release-notes.md).
    private static readonly (string Specification, string Ignition, int Date)[] IgnitionDates =
    [
        ("3.1.0", "2.3.0", 20200505),
        ("3.2.0", "2.7.0", 20201013),
        ("3.3.0", "2.11.0", 20210625),
        ("3.4.0", "2.15.0", 20230221),
        ("3.5.0", "2.20.0", 20241022),
        ("3.6.0", "2.26.0", 20260217),
        ("3.7.0-experimental", "2.26.0", 20260217),
    ];

    /// <summary>Who made the release; null where it is not one of those that are known.</summary>
    public ImageDistribution? Distribution => Enum.GetValues<ImageDistribution>()
        .Where(distribution => DistributionNames.FileNameOf(distribution) == Id)
        .Select(distribution => (ImageDistribution?)distribution).FirstOrDefault();

    /// <summary>Reads the release of a disk: that of the slot, or of the entry, that is booted next.</summary>
    /// <param name="disk">The disk.</param>
    /// <returns>The release; null where the disk does not say.</returns>
    /// <exception cref="UnsupportedFeatureException">The file system that says so cannot be read.</exception>
    public static GuestOfImage? Read(DiskImage disk)
    {
        if (GuestLayout.Find(disk) is { Distribution: ImageDistribution.FedoraCoreOS } layout)
        {
            using var boot = disk.OpenFileSystem(layout.FirstBootLabel);
            return EntryBoot.ReadEntries(boot, path => SmallFile.TryReadText(boot, path, BootLimits.Entry)) is [var newest, ..]
                ? OfTitle(newest.Title) : null;
        }
        var slot = UsrSlot.Choose(disk.Partitions.Partitions.Where(partition => partition.Priority is not null), [])?.Partition
            ?? disk.Partitions.Find(FirstSlot);
        using var usr = slot is null ? disk.OpenFileSystem(FirstSlot) : disk.OpenFileSystem(slot);
        return SmallFile.TryReadText(usr, ReleaseFile, MaxText) is { } text ? Parse(text) : null;
    }

    /// <summary>Reads the release of a disk, and goes without where that is not possible: no disk, a damaged one, one that is written to.
    /// </summary>
    /// <param name="path">The image.</param>
    public static GuestOfImage? TryRead(string path)
    {
        try
        {
            return File.Exists(path) ? ImageReader.ReadOnce(path, TryRead) : null;
        }
        catch (XenKubeException)
        {
            return null;
        }
    }

    /// <summary>The same of an open disk: at least who made it, where the disk does not say which release it is.</summary>
    public static GuestOfImage? TryRead(DiskImage disk)
    {
        GuestOfImage? release = null;
        try
        {
            release = Read(disk);
        }
        catch (XenKubeException)
        {
            // A USR that cannot be read says nothing about who made the disk.
        }
        return release is { Distribution: not null } ? release
            : GuestLayout.Find(disk) is { } layout
                ? new GuestOfImage(DistributionNames.FileNameOf(layout.Distribution), release?.Version ?? "") : release;
    }

    /// <summary>Reads the title of a boot entry: <c>Fedora CoreOS 44.20261101.3.0 (ostree:0)</c>.</summary>
    public static GuestOfImage? OfTitle(string title) => EntryTitle().Match(title) is { Success: true } match
        ? new GuestOfImage(DistributionNames.FileNameOf(ImageDistribution.FedoraCoreOS), match.Groups[1].Value) : null;

    /// <summary>Reads os-release(5).</summary>
    public static GuestOfImage Parse(string text)
    {
        string Value(string key) => text.Split('\n').FirstOrDefault(line =>
            line.StartsWith(key + "=", StringComparison.Ordinal)) is { } line ? line[(key.Length + 1)..].Trim().Trim('"', '\'') : "";
        return new GuestOfImage(Printable.Of(Value("ID"), 64),
            Printable.Of(Value("VERSION_ID") is { Length: > 0 } id ? id : Value("VERSION"), 64));
    }

    /// <summary>Why this release's Ignition would not take a config; null where nothing speaks against it.</summary>
    public string? Refuses(int generation, string specification) => Distribution switch
    {
        ImageDistribution.FedoraCoreOS => RefusesByDate(generation, specification),
        { } distribution when int.TryParse(Version.Split('.')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var major) =>
            RefusesByBranch(distribution, major, generation, specification),
        _ => null,
    };

    /// <summary>What people call the release: <c>Flatcar 4593.2.5</c>.</summary>
    public override string ToString() =>
        $"{(Distribution is { } distribution ? DistributionNames.TitleOf(distribution) : Id)} {Version}".Trim();

    /// <summary>The day on which a release of Fedora CoreOS was built, such as 20261101; null where the release does not say.</summary>
    public int? BuildDate => Version.Split('.') is [_, { Length: 8 } date, ..]
        && int.TryParse(date, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private string? RefusesByBranch(ImageDistribution distribution, int major, int generation, string specification)
    {
        var first = Array.Find(FirstReleases, entry => entry.Id == Id && entry.Specification == specification).First;
        return (distribution, generation) switch
        {
            (ImageDistribution.CoreOS, 3) => $"{this} takes generation 2 only",
            (ImageDistribution.Flatcar, 3) when major is > 0 and < 3185 => $"{this} takes generation 2 only, as all before 3185",
            (ImageDistribution.CoreOS, 2) when specification == "2.4.0" => $"no Container Linux takes that, {Version} neither",
            // Release 0 is a developer's build, whose number does not say when it was made.
            _ when major > 0 && major < first => string.Create(CultureInfo.InvariantCulture,
                $"{this} is older than {first}, the first that takes it"),
            _ => null,
        };
    }

    private string? RefusesByDate(int generation, string specification)
    {
        if (generation == 2)
        {
            return $"{this} takes generation 3 only";
        }
        var first = Array.Find(IgnitionDates, entry => entry.Specification == specification);
        return BuildDate < first.Date
            ? $"{this} was built before Ignition {first.Ignition}, the first that takes it" : null;
    }

    [GeneratedRegex(@"\AFedora CoreOS ([0-9][0-9A-Za-z.+-]{0,63})(?: |\z)", RegexOptions.CultureInvariant, PatternLimit.Milliseconds)]
    private static partial Regex EntryTitle();
}
