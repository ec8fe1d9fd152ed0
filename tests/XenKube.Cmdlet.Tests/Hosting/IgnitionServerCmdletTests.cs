using System.Net;
using XenKube.Tests.Support;

namespace XenKube.Tests.Hosting;

/// <summary>Start-IgnitionServer, Stop-IgnitionServer, Test-IgnitionEndpoint, Get-IgnitionRequest, Wait-Ignition.</summary>
public sealed class IgnitionServerCmdletTests : IDisposable
{
    private readonly CmdletSession _session = new();

    public IgnitionServerCmdletTests()
    {
        _session.MakeCluster(hasDisks: false, "node-1", "node-2");
        _session.Run("Publish-Ignition etcd").ShouldSucceed();
    }

    public void Dispose() => _session.Dispose();

    [Fact]
    public async Task Server_serves_what_is_published_and_tells_who_fetched_it()
    {
        var address = Start();
        using var client = new HttpClient();
        Assert.Equal(CmdletSession.GuideJson, await client.GetStringAsync(new Uri(address, "etcd/node-1.json")));
        await client.GetStringAsync(new Uri(address, "etcd/node-2.json"));
        Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync(new Uri(address, "favicon.ico"))).StatusCode);

        Assert.Equal(3, _session.Run("Get-IgnitionRequest").ShouldSucceed().Output.Count);
        Assert.Equal(["node-1", "node-2"], _session.Run("(Get-IgnitionRequest etcd).Node").Lines());
        Assert.Equal(["/etcd/node-2.json"], _session.Run("(Get-IgnitionRequest etcd/node-2).Path").Lines());
        Assert.Equal(["200"], _session.Run("(Get-IgnitionRequest etcd/node-1).Status").Lines());
        _session.Run("Get-IgnitionRequest web").ShouldBeEmpty();
        _session.Run("Get-IgnitionRequest -Since (Get-Date).AddHours(1)").ShouldBeEmpty();
        Assert.Equal(
            ["/etcd/node-1.json"],
            _session.Run("(Wait-Ignition etcd node-1 -Since (Get-Date).AddMinutes(-1) -Timeout 5).Path").Lines());
    }

    [Fact]
    public void Wait_takes_no_longer_than_told()
    {
        Start();
        _session.Run("Wait-Ignition etcd node-1 -Timeout 1").Error("WaitTimeout");
    }

    [Fact]
    public void Endpoint_is_fetched_as_the_guests_would()
    {
        var address = Start();
        _session.Set("base", address.AbsoluteUri);
        Assert.True(_session.Run("Test-IgnitionEndpoint etcd node-1 -Uri \"${base}etcd/node-1.json\"").One<bool>());
        Assert.True(_session.Run("Get-Node etcd node-2 | Test-IgnitionEndpoint -Uri \"${base}etcd/node-2.json\"").One<bool>());
        Assert.False(_session.Run("Test-IgnitionEndpoint etcd node-1 -Uri \"${base}etcd/node-2.json\"").One<bool>());
        Assert.Equal(["404"], _session.Run("(Test-IgnitionEndpoint etcd node-1 -Uri \"${base}gone.json\" -Detailed).Status").Lines());
    }

    [Fact]
    public void Endpoint_is_that_of_each_node()
    {
        var address = Start();
        _session.Write("xenkube.json", $$"""{ "address": "127.0.0.1", "port": {{address.Port}} }""");
        Assert.True(_session.Run("Test-IgnitionEndpoint etcd").One<bool>());
        _session.Write("nginx/etcd/node-2.json", "{}");
        Assert.Equal(["True", "True"], _session.Run("(Test-IgnitionEndpoint etcd -Detailed).IsOk").Lines());
    }

    [Fact]
    public void Endpoint_where_nothing_answers_is_false_with_a_warning_for_each_node()
    {
        var address = Start();
        _session.Run("Stop-IgnitionServer").ShouldSucceed();
        var result = _session.Run($"Test-IgnitionEndpoint etcd -Uri {address}x.json -Timeout 2");
        Assert.False(result.One<bool>());
        Assert.Equal(2, result.Warnings.Count);
    }

    [Fact]
    public void Nothing_is_started_with_WhatIf_and_a_server_stops()
    {
        _session.Run("Start-IgnitionServer 127.0.0.1 0 -WhatIf").ShouldBeEmpty();
        Assert.Equal(
            ["False"],
            _session.Run("$server = Start-IgnitionServer 127.0.0.1 0; $server | Stop-IgnitionServer; $server.IsRunning").Lines());
    }

    [Fact]
    public void Requests_are_read_from_the_log_of_nginx()
    {
        _session.Write("guests/etcd/access.log", "192.168.100.11 - - [30/Nov/2017:11:44:57 +0000] \"GET /etcd/node-1.json HTTP/1.1\" 200 326 \"-\" \"Ignition/0.17.2\"\n");
        Assert.Equal(
            ["200", "192.168.100.11", "Ignition/0.17.2"],
            _session.Run("$r = Get-IgnitionRequest etcd/node-1 -LogPath access.log; $r.Status, $r.Address, $r.UserAgent").Lines());
        Assert.Equal(["node-1"], _session.Run("(Get-Item access.log | Get-IgnitionRequest).Node").Lines());
        _session.Run("Get-IgnitionRequest -LogPath gone.log").Error("FileNotFound");
    }

    private Uri Start() => new(Assert.Single(_session.Run("(Start-IgnitionServer 127.0.0.1 0).Uri").Lines()));
}
