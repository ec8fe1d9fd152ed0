using System.Management.Automation;
using System.Management.Automation.Runspaces;

[assembly: Xunit.v3.Parallelization(Mode = Xunit.Sdk.ParallelMode.None)]

namespace XenKube.Tests.Support;

/// <summary>
/// A session with the module, and an empty XENDIR in which it is. XENDIR and PATH belong to the process, as in pwsh; the tests
/// of this assembly therefore run one after another, beside those of the other assemblies.
/// </summary>
internal sealed class CmdletSession : IDisposable
{
    /// <summary>The config of the guide; NODE is for the name of the node.</summary>
    public const string GuideConfig = """
        storage:
          files:
            - filesystem: "root"
              path:       "/etc/hostname"
              mode:       0644
              contents:
                inline: etcd-NODE

        passwd:
          users:
            - name: core
              ssh_authorized_keys:
                - ssh-rsa AAAAB3......
        """;

    /// <summary>The JSON of the guide for node-1, to the byte.</summary>
    public const string GuideJson =
        """{"ignition":{"config":{},"timeouts":{},"version":"2.1.0"},"networkd":{},"passwd":{"users":[{"name":"core","sshAuthorizedKeys":["ssh-rsa AAAAB3......"]}]},"storage":{"files":[{"filesystem":"root","group":{},"path":"/etc/hostname","user":{},"contents":{"source":"data:,etcd-node-1","verification":{}},"mode":420}]},"systemd":{}}""";

    private static readonly string[] Variables = ["XENDIR", "XENKUBE_XL", "XL_STATE", "PATH"];

    private readonly TemporaryDirectory _directory = new();
    private readonly RecordingHost _host = new();
    private readonly Runspace _runspace;
    private readonly Dictionary<string, string?> _before = Variables.ToDictionary(name => name, Environment.GetEnvironmentVariable);

    public CmdletSession()
    {
        foreach (var name in new[] { "guests", "images", "nginx" })
        {
            System.IO.Directory.CreateDirectory(this[name]);
        }
        var path = Environment.GetEnvironmentVariable("PATH");
        Environment.SetEnvironmentVariable("PATH", $"{path}:/usr/sbin:/sbin");
        Environment.SetEnvironmentVariable("XENDIR", Directory);
        var state = InitialSessionState.CreateDefault();
        state.ImportPSModule([ModuleFolder.Manifest]);
        _runspace = RunspaceFactory.CreateRunspace(_host, state);
        _runspace.Open();
        GoTo(Directory);
        // Backups go here, and not to the host's /var/backups.
        Run($"$PSDefaultParameterValues['*:BackupDirectory'] = '{this["backups"]}'").ShouldSucceed();
    }

    /// <summary>The compressed image of the sample release.</summary>
    public static string Release => SampleImage.ClassicArchive;

    /// <summary>The key that signed the sample release.</summary>
    public static string SampleKey { get; } = Project.Tests("assets", "Sample_Image_Signing_Key.asc");

    /// <summary>The XENDIR.</summary>
    public string Directory => _directory.Path;

    /// <summary>A path in the XENDIR.</summary>
    public string this[string name] => _directory[name];

    /// <summary>Writes a file in the XENDIR.</summary>
    public string Write(string name, string content) => _directory.Write(name, content);

    public string Read(string name) => File.ReadAllText(_directory[name]);

    /// <summary>The current location of the session.</summary>
    public string Location => _runspace.SessionStateProxy.Path.CurrentLocation.Path;

    /// <summary>Changes the current location, to a path in the XENDIR or an absolute one.</summary>
    public void GoTo(string path) => _runspace.SessionStateProxy.Path.SetLocation(WildcardPattern.Escape(_directory[path]));

    /// <summary>Sets a variable of the session.</summary>
    public void Set(string name, object? value) => _runspace.SessionStateProxy.SetVariable(name, value);

    /// <summary>Sets an environment variable until the end of the test; null removes it.</summary>
    public static void SetEnvironment(string name, string? value)
    {
        Assert.Contains(name, Variables);
        Environment.SetEnvironmentVariable(name, value);
    }

    /// <summary>Runs a script as one who types it would.</summary>
    public CmdletResult Run(string script)
    {
        using var shell = PowerShell.Create(_runspace);
        shell.AddScript(script);
        var output = new PSDataCollection<PSObject?>();
        ErrorRecord? end = null;
        try
        {
            shell.Invoke<PSObject?>(null, output, new PSInvocationSettings { AddToHistory = false });
        }
        catch (RuntimeException e)
        {
            end = e.ErrorRecord;
        }
        return new CmdletResult(
            script,
            [.. output],
            [.. shell.Streams.Error, .. end is null ? Array.Empty<ErrorRecord>() : [end]],
            [.. shell.Streams.Warning.Select(record => record.Message)],
            [.. shell.Streams.Verbose.Select(record => record.Message)],
            _host.TakeLines());
    }

    /// <summary>Runs a script in a session whose language is constrained, as a policy of the host makes it.</summary>
    public CmdletResult RunConstrained(string script)
    {
        _runspace.SessionStateProxy.LanguageMode = PSLanguageMode.ConstrainedLanguage;
        try
        {
            return Run(script);
        }
        finally
        {
            _runspace.SessionStateProxy.LanguageMode = PSLanguageMode.FullLanguage;
        }
    }

    /// <summary>
    /// Makes the guide's cluster etcd: the image with its signature in the store, its key trusted, and nodes with disk, config and
    /// guest configuration; and goes to its directory.
    /// </summary>
    /// <param name="hasDisks">True for disks of the sample image, false for files of 1 MiB that are none.</param>
    /// <param name="nodes">The names of the nodes.</param>
    public void MakeCluster(bool hasDisks, params string[] nodes)
    {
        File.Copy(Release, this["images/coreos-1520.9.0.bin.bz2"]);
        File.Copy(Release + ".sig", this["images/coreos-1520.9.0.bin.bz2.sig"]);
        Run($"Import-SigningKey '{SampleKey}'; New-Cluster etcd").ShouldSucceed();
        for (var i = 0; i < nodes.Length; i++)
        {
            var disk = $"guests/etcd/{nodes[i]}.img";
            if (hasDisks)
            {
                SampleImage.Copy(SampleImage.Classic, _directory, disk);
            }
            else
            {
                using var file = File.Create(this[disk]);
                file.SetLength(1 << 20);
            }
            Write($"guests/etcd/{nodes[i]}.ct", GuideConfig.Replace("NODE", nodes[i], StringComparison.Ordinal));
            Write($"guests/etcd/{nodes[i]}.cfg", $"""
                bootloader = "pygrub"
                name = "etcd-{nodes[i]}"
                memory = "1024"
                vcpus = 1
                vif = [ 'mac=00:16:3e:4e:31:{i + 11},model=rtl8139,bridge=virbr1' ]
                disk = [ '{this[disk]},raw,xvda' ]
                """);
        }
        GoTo("guests/etcd");
    }

    public void Dispose()
    {
        // Servers outlive the script that started them, and a drive holds its image.
        Run("Stop-IgnitionServer; Set-Location /; Dismount-NodeDisk *");
        _runspace.Dispose();
        foreach (var (name, value) in _before)
        {
            Environment.SetEnvironmentVariable(name, value);
        }
        _directory.Dispose();
    }
}
