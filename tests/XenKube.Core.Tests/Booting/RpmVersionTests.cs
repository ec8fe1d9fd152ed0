using XenKube.Booting.Entries;

namespace XenKube.Tests.Booting;

/// <summary>The order of boot entries: cases of rpm's own tests of its version comparison, and names of ostree.</summary>
public class RpmVersionTests
{
    [Theory]
    [InlineData("1.0", "1.0", 0)]
    [InlineData("1.0", "2.0", -1)]
    [InlineData("2.0.1", "2.0.1a", -1)]
    [InlineData("5.5p1", "5.5p2", -1)]
    [InlineData("5.5p10", "5.5p1", 1)]
    [InlineData("10xyz", "10.1xyz", -1)]
    [InlineData("xyz10", "xyz10.1", -1)]
    [InlineData("xyz.4", "8", -1)]
    [InlineData("8", "xyz.4", 1)]
    [InlineData("5.5p2", "5.6p1", -1)]
    [InlineData("6.0.rc1", "6.0", 1)]
    [InlineData("10b2", "10a1", 1)]
    [InlineData("1.0aa", "1.0a", 1)]
    [InlineData("10.0001", "10.1", 0)]
    [InlineData("10.0001", "10.0039", -1)]
    [InlineData("4.999.9", "5.0", -1)]
    [InlineData("20101121", "20101122", -1)]
    [InlineData("2_0", "2.0", 0)]
    [InlineData("a", "a+", 0)]
    [InlineData("1.0~rc1", "1.0", -1)]
    [InlineData("1.0~rc1", "1.0~rc2", -1)]
    [InlineData("1.0~rc1~git123", "1.0~rc1", -1)]
    [InlineData("123456789012345678901234567890", "123456789012345678901234567891", -1)]
    public void Versions_are_ordered_as_by_rpm(string a, string b, int expected)
    {
        Assert.Equal(expected, RpmVersion.Compare(a, b));
        Assert.Equal(-expected, RpmVersion.Compare(b, a));
    }

    [Theory]
    [InlineData("ostree-2-fedora-coreos", "ostree-1-fedora-coreos")]
    [InlineData("ostree-10", "ostree-9")]
    [InlineData("ostree-2", "ostree-1")]
    public void Newer_deployment_comes_first(string newer, string older) => Assert.True(RpmVersion.CompareNames(newer, older) > 0);

    [Theory]
    [InlineData("ostree-1.conf", "ostree-1", null)]
    [InlineData("ostree-2+3.conf", "ostree-2", 3)]
    [InlineData("ostree-2+2-1.conf", "ostree-2", 2)]
    [InlineData("ostree-2-fedora-coreos+0-3.conf", "ostree-2-fedora-coreos", 0)]
    [InlineData("linux-5.10+.conf", "linux-5.10+", null)]
    public void Counter_in_a_name_is_not_part_of_the_id(string name, string id, int? tries)
    {
        var entry = BootEntry.Parse(name, "linux /vmlinuz")!;
        Assert.Equal(id, entry.Id);
        Assert.Equal(tries, entry.TriesLeft);
    }
}
