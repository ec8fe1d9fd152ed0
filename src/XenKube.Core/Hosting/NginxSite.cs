using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using XenKube.Programs;

namespace XenKube.Hosting;

/// <summary>The guide's nginx site, which serves the published configs on the guests' network.</summary>
public sealed record NginxSite
{
    /// <summary>nginx's directory on Debian.</summary>
    public const string DefaultDirectory = "/etc/nginx";

    /// <summary>nginx's unit of systemd.</summary>
    internal const string Unit = "nginx.service";

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    /// <summary>nginx gives up opening a socket after 2.5 s; new workers serve at once.</summary>
    private static readonly TimeSpan Answer = TimeSpan.FromSeconds(3);

    /// <summary>The directory that is served, XENDIR/nginx.</summary>
    public required string Root { get; init; }

    /// <summary>The address it listens on: dom0's on the guests' network.</summary>
    public IPAddress Address { get; init; } = IPAddress.Parse(GuideDefaults.Address);

    /// <summary>The port it listens on.</summary>
    public int Port { get; init; } = GuideDefaults.Port;

    /// <summary>The file's name in sites-available.</summary>
    public string Name { get; init; } = "xen";

    /// <summary>nginx's directory.</summary>
    public string ConfigDirectory { get; init; } = DefaultDirectory;

    /// <summary>True to take Debian's own site out of sites-enabled.</summary>
    public bool RemoveDefault { get; init; }

    /// <summary>The main configuration to test and reload; null for nginx's own, reloaded by systemd.</summary>
    public string? MainConfiguration { get; init; }

    /// <summary>
    /// The configs that are held to one address each: a path such as <c>/etcd/node-1.json</c>, and the address. This host may fetch all of
    /// them, others are answered 404. Empty to serve every config to every client.
    /// </summary>
    public IReadOnlyList<(string Path, IPAddress Address)> Held { get; init; } = [];

    /// <summary>How the host's programs are run.</summary>
    internal HostPrograms Programs { get; init; } = HostPrograms.Usual;

    /// <summary>Where the host's sysctl.d is, as the site's address may come up after nginx; null to leave that alone.</summary>
    internal string? SystemRoot { get; init; }

    /// <summary>
    /// True to set <c>ip_nonlocal_bind</c> of this host too, so that nginx starts at boot even if the bridge comes up later.
    /// </summary>
    public bool CanComeBeforeBridge
    {
        get => SystemRoot is not null;
        init => SystemRoot = value ? "/" : null;
    }

    /// <summary>The site's file: in sites-available as Debian has it, or in conf.d where nginx reads that directory alone.</summary>
    public string AvailablePath => IsInOneFile ? EnabledPath : Path.Combine(ConfigDirectory, "sites-available", Name);

    /// <summary>The link that enables it; the same file where nginx reads conf.d alone.</summary>
    public string EnabledPath => IsInOneFile ? OneFile : Path.Combine(ConfigDirectory, "sites-enabled", Name);

    private string OneFile => Path.Combine(ConfigDirectory, "conf.d", $"{Name}.conf");

    private NginxIncludes Includes => new(ConfigDirectory, MainConfiguration);

    private bool IsInOneFile => !Includes.Reads(Path.Combine(ConfigDirectory, "sites-enabled", Name)) && Includes.Reads(OneFile);

    /// <summary>The site, as the guide has it.</summary>
    public string Text
    {
        get
        {
            NginxSiteLimits.Check(this);
            var address = Address.AddressFamily == AddressFamily.InterNetworkV6 ? $"[{Address}]" : Address.ToString();
            var root = Path.TrimEndingDirectorySeparator(Path.GetFullPath(Root)) + "/";
            if (root.Any(c => " ;{}#'".Contains(c, StringComparison.Ordinal)))
            {
                root = $"\"{root}\"";
            }
            return string.Create(CultureInfo.InvariantCulture, $$"""
                server {
                	listen {{address}}:{{Port}} default_server;
                	root {{root}};
                	index index.html index.htm index.nginx-debian.html;
                	server_name _;
                	location / {
                		try_files $uri $uri/ =404;
                	}
                {{HeldLocations()}}}

                """);
        }
    }

    /// <summary>
    /// ngx_http_access_module: the first rule that fits holds. A file that is denied is answered as one that does not exist.
    /// </summary>
    private string HeldLocations()
    {
        var text = new StringBuilder();
        foreach (var (path, address) in Held.OrderBy(held => held.Path, StringComparer.Ordinal))
        {
            text.Append(CultureInfo.InvariantCulture,
                $"\tlocation = {path} {{ allow {address}; allow {Address}; deny all; error_page 403 =404 @held; }}\n");
        }
        return text.Length == 0 ? "" : text.Append("\tlocation @held { return 404; }\n").ToString();
    }

    /// <summary>
    /// The change that installs the site: nginx tests it before it is told to use it, and what was there comes back when it refuses.
    /// </summary>
    public SystemChange ToChange()
    {
        NginxSiteLimits.Check(this);
        if (!Directory.Exists(ConfigDirectory))
        {
            throw new ItemNotFoundException(ErrorIds.NginxMissing, ConfigDirectory, null, "nginx is not installed here",
                $"Install nginx, or serve the configs by {RemedyActionKind.ServeConfigs}");
        }
        if (!Includes.Reads(EnabledPath))
        {
            throw new OperationFailedException(ErrorIds.SiteNotIncluded, Includes.MainFile, null,
                $"nginx reads neither {ConfigDirectory}/sites-enabled nor {ConfigDirectory}/conf.d, so it would never serve the site",
                $"Add 'include {ConfigDirectory}/sites-enabled/*;' to its block 'http'");
        }
        List<FileChange> files = [FileChange.Directory(Path.GetDirectoryName(AvailablePath)!),
            FileChange.Content(AvailablePath, Encoding.UTF8.GetBytes(Text))];
        if (!IsInOneFile)
        {
            files.AddRange([FileChange.Directory(Path.GetDirectoryName(EnabledPath)!), FileChange.Link(EnabledPath, AvailablePath)]);
        }
        if (SystemRoot is not null)
        {
            files.AddRange(new NonLocalBind(SystemRoot, Address).ToChanges());
        }
        if (RemoveDefault)
        {
            files.Add(FileChange.Removal(Path.Combine(ConfigDirectory, "sites-enabled", "default")));
        }
        return new SystemChange("site", files) { CheckBefore = TestBefore, CheckAfter = Test, Activate = Reload,
            CheckActive = RequireListener };
    }

    /// <summary>Lets nginx test its configuration.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    public void Test(CancellationToken cancellationToken = default)
    {
        var result = RunNginx(["-t"], cancellationToken);
        if (result.ExitCode != 0)
        {
            throw new OperationFailedException(ErrorIds.NginxTestFailed, AvailablePath, null,
                $"nginx does not accept the site: {Said(result)}",
                "The earlier site is back in place; correct what nginx names, then install again");
        }
    }

    private void TestBefore(CancellationToken cancellationToken)
    {
        var result = RunNginx(["-t"], cancellationToken);
        if (result.ExitCode != 0)
        {
            throw new OperationFailedException(ErrorIds.NginxBroken, ConfigDirectory, null,
                $"nginx' configuration is broken already: {Said(result)}", "Nothing was changed; correct that first");
        }
    }

    private void Reload(CancellationToken cancellationToken)
    {
        if (SystemRoot is not null)
        {
            new NonLocalBind(SystemRoot, Address).Set();
        }
        if (MainConfiguration is null)
        {
            ServiceControl.Run(Programs, ["reload-or-restart", Unit], Unit, Timeout, cancellationToken);
        }
        else if (RunNginx(["-s", "reload"], cancellationToken) is { ExitCode: not 0 } result)
        {
            throw new OperationFailedException(ErrorIds.ServiceNotReloaded, "nginx", null, $"nginx does not reload: {Said(result)}",
                "Start nginx, then install the site again");
        }
        // A socket on one address cannot be opened while another one listens on all addresses, and the other way round. nginx -t
        // does not see that; a reload then keeps the old sockets and the old configuration, and says so in its log only. A
        // restart, as in the guide, begins with new sockets.
        if (!IsServed(cancellationToken))
        {
            Restart(cancellationToken);
            _ = IsServed(cancellationToken);
        }
    }

    /// <summary>False for a site that was taken back, too.</summary>
    private bool IsServed(CancellationToken cancellationToken)
    {
        try
        {
            return File.Exists(EnabledPath)
                && SiteProbe.WaitUntilSettled(Root, Address, Port, Answer, Answer, cancellationToken).IsOk;
        }
        catch (XenKubeException)
        {
            // The directory is missing or not ours to write: whether it is served cannot be seen from here.
            return false;
        }
    }

    /// <summary>
    /// A site that nobody listens for, or in whose place another one answers, is not installed, even if other things are wrong with the
    /// answers.
    /// </summary>
    private void RequireListener(CancellationToken cancellationToken)
    {
        if (!Directory.Exists(Root))
        {
            return;
        }
        // One answer alone may still be an old worker's.
        var result = SiteProbe.Wait(Root, Address, Port, Answer, Answer, cancellationToken);
        var at = string.Create(CultureInfo.InvariantCulture, $"{Address} port {Port}");
        if (result.IsRefused)
        {
            throw new OperationFailedException(ErrorIds.SiteNotServed, AvailablePath, null,
                $"nginx was told of the site, but nobody listens on {at}",
                "The earlier site is back in place; nginx's error log says why (/var/log/nginx/error.log): is the bridge up, with that address?");
        }
        if (result.Status == 404)
        {
            throw new OperationFailedException(ErrorIds.SiteNotServed, AvailablePath, null,
                $"nginx was told of the site, but another site or server answers on {at}",
                "The earlier site is back in place; 'nginx -T' shows each site that nginx reads, and 'ss -ltnp' who listens");
        }
    }

    private void Restart(CancellationToken cancellationToken)
    {
        if (MainConfiguration is null)
        {
            ServiceControl.Run(Programs, ["restart", Unit], Unit, Timeout, cancellationToken);
            return;
        }
        // The old master takes its file with the process id away when it ends; until then there is a process to signal, and a new
        // one beside it would lose its own file to it. It may be busy with the reload, and hold its sockets until that is over.
        var watch = Stopwatch.StartNew();
        while (RunNginx(["-s", "stop"], cancellationToken).ExitCode == 0 && watch.Elapsed < Timeout)
        {
            cancellationToken.WaitHandle.WaitOne(50);
            cancellationToken.ThrowIfCancellationRequested();
        }
        while (RunNginx([], cancellationToken) is { ExitCode: not 0 } result)
        {
            if (watch.Elapsed > Timeout || !result.Error.Contains("Address already in use", StringComparison.Ordinal))
            {
                throw new OperationFailedException(ErrorIds.ServiceNotReloaded, "nginx", null,
                    $"nginx does not start again: {Said(result)}", "See its error log");
            }
        }
    }

    private ProgramResult RunNginx(string[] arguments, CancellationToken cancellationToken) =>
        Programs.Run("nginx", MainConfiguration is null ? arguments : [.. arguments, "-c", MainConfiguration], Timeout,
            $"Install nginx, or serve the configs by {RemedyActionKind.ServeConfigs}",
            "It waits for something that its configuration names, such as a host name to be resolved: run 'nginx -t' yourself, and correct that first",
            cancellationToken: cancellationToken);

    private static string Said(ProgramResult result) => result.Error.Split('\n')
        .FirstOrDefault(line => line.Contains("[emerg]", StringComparison.Ordinal)) is { } line ? Printable.Of(line) : result.Said;

    /// <inheritdoc/>
    public override string ToString() => AvailablePath;
}
