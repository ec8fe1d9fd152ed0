using XenKube.Images;
using XenKube.Tests.Support;

namespace XenKube.Tests.Images;

public sealed class ImageStoreTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void List_of_a_directory_that_is_not_there_is_empty() => Assert.Empty(new ImageStore(_directory["images"]).List());

    [Fact]
    public void List_gives_the_images_by_name_and_the_newest_first()
    {
        foreach (var name in new[] { "coreos-1520.9.0.bin.bz2", "coreos-1520.9.0.bin.bz2.sig", "coreos-899.1.0.bin.bz2", "flatcar-4081.2.0.bin.bz2", "my-own-2.bin.bz2",
            "coreos-1632.3.0.bin.bz2.part", "notes.txt", "coreos_production_xen_image.bin.bz2", "-1.bin.bz2" })
        {
            _directory.Write(name, name);
        }
        var images = new ImageStore(_directory.Path).List();
        Assert.Equal(["coreos-1520.9.0", "coreos-899.1.0", "flatcar-4081.2.0", "my-own-2"], images.Select(image => image.ToString()));
        Assert.Equal([true, false, false, false], images.Select(image => image.HasSignature));
        Assert.Equal([ImageDistribution.CoreOS, ImageDistribution.CoreOS, ImageDistribution.Flatcar, null], images.Select(image => image.Distribution));
        Assert.Equal((_directory["coreos-1520.9.0.bin.bz2"], 23L, (bool?)null), (images[0].Path, images[0].Size, images[0].IsVerified));
        Assert.Equal(images[0].Path + ".sig", images[0].SignaturePath);
    }

    [Theory]
    [InlineData("1.0.0", "coreos-1.0.0")]
    [InlineData("zeta-1.0.0", "zeta-1.0.0")]
    [InlineData("2.0.0", "zeta-2.0.0")]
    [InlineData("3.0.0", null)]
    [InlineData("", null)]
    public void Find_goes_by_version_or_by_name_and_version(string version, string? expected)
    {
        _directory.Write("alpha-1.0.0.bin.bz2", "x");
        _directory.Write("coreos-1.0.0.bin.bz2", "x");
        _directory.Write("zeta-1.0.0.bin.bz2", "x");
        _directory.Write("zeta-2.0.0.bin.bz2", "x");
        Assert.Equal(expected, new ImageStore(_directory.Path).Find(version)?.ToString());
    }
}
