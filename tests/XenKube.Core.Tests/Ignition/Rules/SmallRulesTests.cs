using XenKube.Ignition.Rules;
using XenKube.Ignition.Syntax;

namespace XenKube.Tests.Ignition.Rules;

public sealed class SmallRulesTests
{
    [Theory]
    [InlineData("", ".")]
    [InlineData("/", "/")]
    [InlineData("/a/", "/a")]
    [InlineData("//a//b/./c/..", "/a/b")]
    [InlineData("/..", "/")]
    [InlineData("../a/../..", "../..")]
    [InlineData("a/..", ".")]
    public void Clean_simplifies_by_text(string path, string expected) => Assert.Equal(expected, GoPath.Clean(path));

    [Fact]
    public void Join_cleans_and_drops_empty_elements()
    {
        Assert.Equal("files/b", GoPath.Join("files", "/a/../b"));
        Assert.Equal("/b", GoPath.Join("", "/b"));
        Assert.Equal("", GoPath.Join("", ""));
    }

    [Theory]
    [InlineData("a.service", ".service")]
    [InlineData(".service", ".service")]
    [InlineData("a.b/c", "")]
    public void Extension_is_the_text_from_the_last_dot(string path, string expected) => Assert.Equal(expected, GoPath.Extension(path));

    [Theory]
    [InlineData("01234567-89AB-CDEF-edcb-A98765432101", true)]
    [InlineData("01234567-89AB-CDEF-EDCB-A9876543210", false)]
    [InlineData("0123456789AB-CDEF-EDCB-A98765432101a", false)]
    [InlineData("g1234567-89AB-CDEF-EDCB-A98765432101", false)]
    [InlineData("01234567-89AB-CDEF-EDCB-A98765432101\n", false)]
    public void GptGuid_has_one_form(string text, bool expected) => Assert.Equal(expected, GptGuid.IsValid(text));

    [Fact]
    public void HashSpecifier_checks_function_and_size()
    {
        Assert.Equal("malformed hash specifier", HashSpecifier.Validate("x", allowSha256: true));
        Assert.Equal("unrecognized hash function", HashSpecifier.Validate("sha256-" + new string('0', 64), allowSha256: false));
        Assert.Null(HashSpecifier.Validate("sha256-" + new string('0', 64), allowSha256: true));
        Assert.Null(HashSpecifier.Validate("sha512-" + new string('z', 128), allowSha256: false));
        Assert.Equal("incorrect size for hash sum", HashSpecifier.Validate("sha512-" + new string('0', 127), allowSha256: false));
    }

    [Theory]
    [InlineData("ext4", 16)]
    [InlineData("btrfs", 256)]
    [InlineData("xfs", 12)]
    [InlineData("swap", 15)]
    [InlineData("vfat", 11)]
    public void FileSystemLabel_counts_bytes(string format, int limit)
    {
        Assert.Null(FileSystemLabel.Validate(format, new string('l', limit)));
        Assert.Equal(
            $"filesystem labels cannot be longer than {limit} characters when using {format}",
            FileSystemLabel.Validate(format, new string('é', (limit / 2) + 1)));
    }
}
