using XenKube.Clusters;
using XenKube.Tests.Support;

namespace XenKube.Tests.Clusters;

/// <summary>Get-XenKubeSetting, Set-XenKubeSetting.</summary>
public sealed class SettingCmdletTests : IDisposable
{
    private readonly CmdletSession _session = new();

    public void Dispose() => _session.Dispose();

    [Theory]
    [InlineData("Set-XenKubeSetting memory 2048", "memory", "2048")]
    [InlineData("Get-XenKubeSetting memory | Set-XenKubeSetting -Value 2048", "memory", "2048")]
    [InlineData("[pscustomobject]@{ Name = 'Memory'; Value = 2048 } | Set-XenKubeSetting", "memory", "2048")]
    [InlineData("Set-XenKubeSetting strict $true", "strict", "True")]
    [InlineData("Set-XenKubeSetting savedGuests /a, /b", "savedGuests", "/a /b")]
    public void Setting_is_set_by_every_way_to_name_it(string script, string name, string value)
    {
        var set = _session.Run($"{script} -PassThru").ShouldSucceed().One<XenSetting>();
        Assert.Equal((name, SettingSource.File), (set.Name, set.Source));
        Assert.Equal([value], _session.Run($"\"$((Get-XenKubeSetting {name}).Value)\"").Lines());
        _session.Run($"Set-XenKubeSetting {name} -Default").ShouldSucceed();
        Assert.Equal(["Default"], _session.Run($"\"$((Get-XenKubeSetting {name}).Source)\"").Lines());
    }

    [Fact]
    public void Settings_of_one_host_are_those_of_another_by_a_pipe()
    {
        _session.Run("Set-XenKubeSetting memory 2048; Set-XenKubeSetting savedGuests /a, /b; $there = Get-XenKubeSetting m*, savedGuests | ConvertTo-Json | ConvertFrom-Json; Set-XenKubeSetting memory -Default; Set-XenKubeSetting savedGuests -Default").ShouldSucceed();
        _session.Run("$there | Where-Object { $_.Source -eq 1 } | Set-XenKubeSetting").ShouldSucceed();
        Assert.Equal(["2048 /a /b"], _session.Run("\"$((Get-XenKubeSetting memory, savedGuests).Value)\"").Lines());
    }

    [Theory]
    [InlineData("Set-XenKubeSetting memory much")]
    [InlineData("Set-XenKubeSetting nope 1")]
    [InlineData("Set-XenKubeSetting memory 1, 2")]
    [InlineData("Get-XenKubeSetting nope")]
    public void Error_has_its_id_and_nothing_is_written(string script)
    {
        _session.Run(script).Error("SettingsInvalid");
        Assert.False(File.Exists(_session["xenkube.json"]));
        Assert.Contains("Set memory to '7'", _session.Run("Set-XenKubeSetting memory 7 -WhatIf").ShouldSucceed().Said[0], StringComparison.Ordinal);
        Assert.False(File.Exists(_session["xenkube.json"]));
    }
}
