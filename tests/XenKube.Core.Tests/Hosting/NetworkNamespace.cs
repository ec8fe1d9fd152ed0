using XenKube.Tests.Support;

namespace XenKube.Tests.Hosting;

/// <summary>A network namespace of the test's own; skipped, visibly, where the machine does not permit it.</summary>
internal sealed class NetworkNamespace : IDisposable
{
    private NetworkNamespace(string name) => Name = name;

    public string Name { get; }

    public static NetworkNamespace Create()
    {
        Tool.Need("ip");
        // Named after the run, so that its end can find a namespace that a test has left.
        var run = Path.GetExtension(Environment.GetEnvironmentVariable("XENKUBE_TEST_RUN"))?.TrimStart('.');
        var name = $"xk-{run}-{Guid.NewGuid():N}"[..20];
        var made = Tool.Run("ip", "netns", "add", name);
        Assert.SkipWhen(made.ExitCode != 0, $"this machine permits no network namespace: {made.Error.Trim()}");
        var space = new NetworkNamespace(name);
        space.Run("ip", "link", "set", "lo", "up");
        return space;
    }

    public string[] Prefix(string program, params string[] arguments) => ["netns", "exec", Name, Tool.Find(program) ?? program, .. arguments];

    public ToolResult Run(string program, params string[] arguments) => Tool.Run("ip", Prefix(program, arguments), null, timeout: TimeSpan.FromSeconds(60));

    public void Dispose() => Tool.Run("ip", "netns", "delete", Name);
}
