using XenKube.Images.Signatures;
using XenKube.Tests.Support;

namespace XenKube.Tests.Images;

/// <summary>Import-SigningKey, Get-SigningKey, Remove-SigningKey.</summary>
public sealed class SigningKeyCmdletTests : IDisposable
{
    private const string CoreOS = "04127D0BFABEC8871FFB2CCE50E0885593D2DCB4";
    private const string Flatcar = "F88CFEDEFF29A5B4D9523864E25D9AED0593B34A";

    private readonly CmdletSession _session = new();

    public void Dispose() => _session.Dispose();

    [Fact]
    [Trait("Kind", "Process")]
    public void Key_of_a_file_is_trusted_and_pinned_by_the_fingerprint_that_gpg_says()
    {
        Tool.Need("gpg");
        var key = _session.Run($"Import-SigningKey '{CmdletSession.SampleKey}'").One<SigningKey>();
        Assert.True(key.IsTrusted);
        Assert.True(File.Exists(_session[$"keys/{key.Fingerprint}.asc"]));
        var said = Tool.Run("gpg", "--homedir", _session.Directory, "--show-keys", "--with-colons", CmdletSession.SampleKey).Output;
        Assert.Equal(key.Fingerprint, said.Split('\n').First(line => line.StartsWith("fpr:", StringComparison.Ordinal)).Split(':')[9]);
    }

    [Fact]
    public void Known_key_is_taken_by_name_and_never_unasked()
    {
        _session.Run("Get-SigningKey").ShouldBeEmpty();
        Assert.Equal(CoreOS, _session.Run("Import-SigningKey -Known CoreOS").One<SigningKey>().Fingerprint);
        Assert.Equal(CoreOS, _session.Run("Get-SigningKey").One<SigningKey>().Fingerprint);
    }

    [Fact]
    public void Nothing_is_imported_with_WhatIf()
    {
        Assert.Contains(
            "What if: ",
            Assert.Single(_session.Run($"Import-SigningKey '{CmdletSession.SampleKey}' -WhatIf").ShouldSucceed().Said),
            StringComparison.Ordinal);
        _session.Run("Get-SigningKey").ShouldBeEmpty();
    }

    [Fact]
    public void Key_is_found_by_the_end_of_its_fingerprint_and_by_user_id()
    {
        _session.Run("Import-SigningKey -Known CoreOS, Flatcar").ShouldSucceed();
        Assert.StartsWith("CoreOS", _session.Run("Get-SigningKey 93D2DCB4").One<SigningKey>().UserId, StringComparison.Ordinal);
        Assert.Equal(Flatcar, _session.Run("Get-SigningKey *flatcar*").One<SigningKey>().Fingerprint);
        _session.Run("Get-SigningKey 00000000").Error("KeyNotFound");
        _session.Run("Get-SigningKey nobody*").ShouldBeEmpty();
    }

    [Theory]
    [InlineData("Import-SigningKey no.asc", "KeyFileMalformed")]
    [InlineData("Import-SigningKey gone.asc", "FileNotFound")]
    [InlineData("Import-SigningKey -Known Nobody", "KnownKeyNotFound")]
    public void What_is_not_a_key_is_refused(string script, string id)
    {
        _session.Write("no.asc", "hello\n");
        _session.Run(script).Error(id);
        _session.Run("Get-SigningKey").ShouldBeEmpty();
    }
}
