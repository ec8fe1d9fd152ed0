namespace XenKube.Images;

/// <summary>What the distributions are called: in the names of files and in boot scripts, and by people.</summary>
internal static class DistributionNames
{
    /// <summary>The distribution in names of files: <c>coreos</c>, <c>flatcar</c> or <c>fedora-coreos</c>.</summary>
    public static string FileNameOf(ImageDistribution distribution) => distribution switch
    {
        ImageDistribution.FedoraCoreOS => "fedora-coreos",
        ImageDistribution.Flatcar => "flatcar",
        _ => "coreos",
    };

    /// <summary>What people call the distribution.</summary>
    public static string TitleOf(ImageDistribution distribution) => distribution switch
    {
        ImageDistribution.FedoraCoreOS => "Fedora CoreOS",
        ImageDistribution.Flatcar => "Flatcar",
        _ => "Container Linux",
    };

    /// <summary>The distribution of a name, or of a name that begins with one: null where it is none of them.</summary>
    public static ImageDistribution? Find(string name) => Enum.GetValues<ImageDistribution>()
        .Where(distribution => name.StartsWith(FileNameOf(distribution), StringComparison.Ordinal))
        .Select(distribution => (ImageDistribution?)distribution).FirstOrDefault();
}
