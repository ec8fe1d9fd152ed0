using XenKube.Clusters;

namespace XenKube.Tests.Clusters;

public class GuestOfImageTests
{
    [Theory]
    [InlineData("NAME=\"Container Linux by CoreOS\"\nID=coreos\nVERSION=1520.9.0\nVERSION_ID=1520.9.0\n", "coreos", "1520.9.0")]
    [InlineData("ID='flatcar'\nVERSION=\"3510.2.0\"\n", "flatcar", "3510.2.0")]
    [InlineData("", "", "")]
    [InlineData("ID=\u001b[31m\n", "\\x1b[31m", "")]
    public void Os_release_is_read(string text, string id, string version)
    {
        var guest = GuestOfImage.Parse(text);
        Assert.Equal((id, version), (guest.Id, guest.Version));
    }

    // The releases on both sides of each border, as coreos-overlay and Flatcar's release notes have them.
    [Theory]
    [InlineData("coreos", "1520.9.0", 2, "2.1.0", null)]
    [InlineData("coreos", "1451.2.0", 2, "2.1.0", "1465")]
    [InlineData("coreos", "1465.6.0", 2, "2.1.0", null)]
    [InlineData("coreos", "1520.9.0", 2, "2.2.0", "1688")]
    [InlineData("coreos", "1675.0.1", 2, "2.2.0", "1688")]
    [InlineData("coreos", "1688.5.3", 2, "2.2.0", null)]
    [InlineData("coreos", "1967.6.0", 2, "2.3.0", "1995")]
    [InlineData("coreos", "1995.0.0", 2, "2.3.0", null)]
    [InlineData("coreos", "2512.3.0", 2, "2.4.0", "no Container Linux")]
    [InlineData("coreos", "2512.3.0", 3, "3.0.0", "generation 2 only")]
    [InlineData("coreos", "899.17.0", 2, "2.0.0", null)]
    [InlineData("coreos", "0.0.0", 2, "2.3.0", null)]
    [InlineData("coreos", "0.0.0", 3, "3.0.0", "generation 2 only")]
    [InlineData("flatcar", "0.0.0", 3, "3.4.0", null)]
    [InlineData("flatcar", "2765.2.6", 2, "2.3.0", null)]
    [InlineData("flatcar", "3033.2.4", 2, "2.4.0", "3066")]
    [InlineData("flatcar", "3139.2.0", 3, "3.0.0", "generation 2 only")]
    [InlineData("flatcar", "3185.1.1", 3, "3.3.0", null)]
    [InlineData("flatcar", "3510.2.0", 3, "3.4.0", "3535")]
    [InlineData("flatcar", "3602.2.0", 3, "3.4.0", null)]
    [InlineData("flatcar", "4152.1.0", 3, "3.5.0", null)]
    [InlineData("flatcar", "4459.2.1", 3, "3.5.0", null)]
    [InlineData("flatcar", "4459.2.1", 3, "3.6.0", "4614")]
    [InlineData("flatcar", "4593.0.0", 3, "3.7.0-experimental", "4614")]
    [InlineData("flatcar", "4700.0.0", 3, "3.6.0", null)]
    [InlineData("flatcar", "4081.3.0", 3, "3.5.0", "4152")]
    [InlineData("fedora-coreos", "44.20261101.3.0", 2, "2.3.0", "generation 3 only")]
    [InlineData("fedora-coreos", "44.20261101.3.0", 3, "3.6.0", null)]
    [InlineData("fedora-coreos", "43.20260216.3.0", 3, "3.6.0", "2.26.0")]
    [InlineData("fedora-coreos", "40.20241006.3.0", 3, "3.5.0", "2.20.0")]
    [InlineData("fedora-coreos", "37.20230205.3.0", 3, "3.4.0", "2.15.0")]
    [InlineData("fedora-coreos", "37.20230205.3.0", 3, "3.3.0", null)]
    [InlineData("fedora-coreos", "34.20210611.3.0", 3, "3.3.0", "2.11.0")]
    [InlineData("fedora-coreos", "next", 3, "3.6.0", null)]
    [InlineData("debian", "12", 3, "3.4.0", null)]
    [InlineData("coreos", "", 3, "3.4.0", null)]
    public void Config_is_held_against_the_ignition_of_the_release(string id, string version, int generation, string specification, string? refusal)
    {
        var reason = new GuestOfImage(id, version).Refuses(generation, specification);
        if (refusal is null)
        {
            Assert.Null(reason);
        }
        else
        {
            Assert.Contains(refusal, reason, StringComparison.Ordinal);
        }
    }
}
