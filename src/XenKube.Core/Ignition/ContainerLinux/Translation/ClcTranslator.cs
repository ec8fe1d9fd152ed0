using XenKube.Ignition.ContainerLinux.Decoding;
using XenKube.Ignition.ContainerLinux.Model;
using XenKube.Ignition.ContainerLinux.Sections;
using XenKube.Ignition.Generation2;
using XenKube.Ignition.Rules;

namespace XenKube.Ignition.ContainerLinux.Translation;

/// <summary>
/// Turns a checked document into an Ignition config. All errors of the translation are reported, in the order: URLs of
/// ignition.config, sizes of partitions, etcd, files, flannel.
/// </summary>
internal sealed class ClcTranslator(ClcConfig config, ClcRelease release, TranspileOptions options, SourceTree tree)
{
    private const string Root = "root";
    private readonly Ign2Config output = new();
    private readonly Report report = new();

    /// <summary>The config, or null with errors in the report.</summary>
    public (Ign2Config? Output, Report Report) Translate()
    {
        output.Ignition.Version = release.IgnitionVersion;
        TranslateMetadataUnits();
        TranslateIgnition();
        TranslateDisks();
        if (config.Docker is { } docker)
        {
            AddService("docker.service", "20-clct-docker.conf", $"[Service]\nEnvironment=\"DOCKER_OPTS={string.Join(' ', docker.Flags)}\"");
        }
        if (config.Etcd is { } etcd)
        {
            AddService("etcd-member.service", "20-clct-etcd-member.conf", ClcServiceUnit.WriteEtcd(etcd, options.Platform, release.IsNew, out var error), error);
        }
        TranslateFiles();
        TranslateFilesystems();
        if (config.Flannel is { } flannel)
        {
            AddService("flanneld.service", "20-clct-flannel.conf", ClcServiceUnit.WriteFlannel(flannel, options.Platform, release.IsNew, out var error), error);
        }
        TranslateUnits();
        TranslatePasswd();
        TranslateRaid();
        TranslateUpdateConf();
        return (report.IsFatal ? null : output, report);
    }

    private void TranslateMetadataUnits()
    {
        if (options.Platform is not ("openstack-metadata" or "cloudstack-configdrive"))
        {
            return;
        }
        var dropin = new Ign2Dropin(
            "20-clct-provider-override.conf", $"[Service]\nEnvironment=COREOS_METADATA_OPT_PROVIDER=--provider={options.Platform}");
        output.Units.Add(new Ign2Unit { Name = "coreos-metadata.service", Dropins = [dropin] });
        output.Units.Add(new Ign2Unit
        {
            Name = "coreos-metadata-sshkeys@.service", Dropins = [dropin], Enabled = release.IsNew ? true : null,
        });
    }

    private void AddService(string name, string dropin, string? text, string? error = null)
    {
        if (text is null)
        {
            report.Add(new ReportEntry(ReportKind.Error, error!));
            return;
        }
        output.Units.Add(new Ign2Unit { Name = name, Enable = true, Dropins = [new Ign2Dropin(dropin, text)] });
    }

    private void TranslateIgnition()
    {
        var (from, to) = (config.Ignition, output.Ignition);
        (to.HttpResponseHeaders, to.HttpTotal) = (from.Timeouts.HttpResponseHeaders, from.Timeouts.HttpTotal);
        for (var index = 0; index < from.Config.Append.Count; index++)
        {
            if (TranslateReference(from.Config.Append[index], "ignition", "config", "append", index) is { } reference)
            {
                to.Append.Add(reference);
            }
        }
        if (from.Config.Replace is { } replace)
        {
            to.Replace = TranslateReference(replace, "ignition", "config", "replace");
        }
        to.CertificateAuthorities.AddRange(from.Security.Tls.CertificateAuthorities.Select(
            authority => new Ign2Reference { Source = authority.Source, Hash = Hash(authority.Verification) }));
    }

    private Ign2Reference? TranslateReference(ClcConfigReference reference, params object[] path)
    {
        if (GoUrl.Parse(reference.Source, out var error) is not null)
        {
            return new Ign2Reference { Source = reference.Source, Hash = Hash(reference.Verification) };
        }
        AddError(error!, [.. path, "source"]);
        return null;
    }

    /// <summary>An error of the translation has a position only if the very value is in the document.</summary>
    private void AddError(string message, params object[] path)
    {
        var node = tree.Find(tree.Top.Node, path);
        report.Add(new ReportEntry(ReportKind.Error, message, node?.Line ?? 0, node?.Column ?? 0, string.Join('.', path)));
    }

    private static string? Hash(ClcVerification verification) =>
        verification.Hash.Function.Length == 0 || verification.Hash.Sum.Length == 0
            ? null
            : verification.Hash.Function + "-" + verification.Hash.Sum;

    private void TranslateDisks()
    {
        for (var index = 0; index < config.Storage.Disks.Count; index++)
        {
            var disk = config.Storage.Disks[index];
            var translated = new Ign2Disk { Device = disk.Device, WipeTable = disk.WipeTable };
            for (var number = 0; number < disk.Partitions.Count; number++)
            {
                var partition = disk.Partitions[number];
                var size = ClcPartitionSize.Read(partition.Size, out var error);
                var wrong = error is null ? "start" : "size";
                var start = error is null ? ClcPartitionSize.Read(partition.Start, out error) : 0;
                if (error is not null)
                {
                    AddError(error, "storage", "disks", index, "partitions", number, wrong);
                    continue;
                }
                translated.Partitions.Add(
                    new Ign2Partition(partition.Guid, partition.Label, partition.Number, size, start, TypeGuid(partition.TypeGuid)));
            }
            output.Storage.Disks.Add(translated);
        }
    }

    private static string TypeGuid(string name) => name switch
    {
        "raid_containing_root" => "be9067b9-ea49-4f15-b4f6-f36f8c9e1818",
        "linux_filesystem_data" => "0fc63daf-8483-4772-8e79-3d69d8477de4",
        "swap_partition" => "0657fd6d-a4ab-43c4-84e5-0933c84b4f4f",
        "raid_partition" => "a19d880f-05fc-4d3b-a006-743f0f84911e",
        _ => name,
    };

    private void TranslateFiles()
    {
        var storage = output.Storage;
        for (var index = 0; index < config.Storage.Files.Count; index++)
        {
            if (TranslateFile(config.Storage.Files[index], index) is { } file)
            {
                storage.Files.Add(file);
            }
        }
        foreach (var directory in config.Storage.Directories)
        {
            storage.Directories.Add(Copy(directory, new Ign2Directory { Mode = directory.Mode ?? DefaultMode(493) }));
        }
        foreach (var link in config.Storage.Links)
        {
            storage.Links.Add(Copy(link, new Ign2Link { Hard = link.Hard, Target = link.Target }));
        }
    }

    /// <summary>0.5.0 leaves the mode out, which Ignition then takes for zero.</summary>
    private long? DefaultMode(long mode) => release.IsNew ? mode : null;

    private Ign2File? TranslateFile(ClcFile file, int index)
    {
        var translated = Copy(file, new Ign2File { Mode = file.Mode ?? DefaultMode(420), Append = file.Append });
        var contents = file.Contents;
        if (contents.Inline.Length > 0)
        {
            translated.Source = DataUrl.Encode(ByteText.ToBytes(contents.Inline));
        }
        if (contents.Local.Length > 0)
        {
            var bytes = ClcLocalFile.Read(options.FilesDirectory, contents.Local, out var problem);
            if (bytes is null)
            {
                AddError(problem!, "storage", "files", index, "contents", "local");
                return null;
            }
            translated.Source = DataUrl.Encode(bytes);
        }
        if (contents.Remote.Url.Length > 0)
        {
            if (GoUrl.Parse(contents.Remote.Url, out var error) is not { } url)
            {
                // 0.5.0 drops the file without a word.
                if (release.IsNew)
                {
                    AddError(error!, "storage", "files", index, "contents", "remote", "url");
                }
                return null;
            }
            tree.UseRemoteContents(tree.Find(tree.Top.Node, "storage", "files", index));
            translated.Source = url.ToString();
        }
        translated.Source = translated.Source.Length == 0 ? "data:," : translated.Source;
        translated.Compression = contents.Remote.Compression;
        translated.Hash = Hash(contents.Remote.Verification);
        return translated;
    }

    private T Copy<T>(ClcNode from, T to)
        where T : Ign2Node
    {
        (to.Filesystem, to.Path, to.Overwrite) = (from.Filesystem, from.Path, from.Overwrite);
        (to.User, to.Group) = (Copy(from.User), Copy(from.Group));
        return to;
    }

    /// <summary>0.5.0 writes an owner in any case, be it empty.</summary>
    private Ign2Owner? Copy(ClcOwner? owner) =>
        owner is not null ? new Ign2Owner { Id = owner.Id, Name = owner.Name } : release.IsNew ? null : new Ign2Owner();

    private void TranslateFilesystems()
    {
        foreach (var filesystem in config.Storage.Filesystems)
        {
            output.Storage.Filesystems.Add(new Ign2Filesystem
            {
                Name = filesystem.Name,
                Path = filesystem.Path,
                Mount = filesystem.Mount is not { } mount ? null : new Ign2Mount
                {
                    Device = mount.Device,
                    Format = mount.Format,
                    WipeFilesystem = mount.WipeFilesystem,
                    Label = mount.Label,
                    Uuid = mount.Uuid,
                    Options = mount.Options,
                    Create = mount.Create is not { } create ? null : new Ign2Create { Force = create.Force, Options = create.Options },
                },
            });
        }
    }

    private void TranslateUnits()
    {
        foreach (var unit in config.Networkd.Units)
        {
            output.NetworkdUnits.Add(new Ign2NetworkdUnit { Name = unit.Name, Contents = unit.Contents, Dropins = Copy(unit.Dropins) });
        }
        foreach (var unit in config.Systemd.Units)
        {
            output.Units.Add(new Ign2Unit
            {
                Name = unit.Name,
                Enable = unit.Enable,
                Enabled = unit.Enabled,
                Mask = unit.Mask,
                Contents = unit.Contents,
                Dropins = Copy(unit.Dropins),
            });
        }
    }

    private static List<Ign2Dropin> Copy(List<ClcDropin> dropins) =>
        [.. dropins.Select(dropin => new Ign2Dropin(dropin.Name, dropin.Contents))];

    private void TranslatePasswd()
    {
        foreach (var user in config.Passwd.Users)
        {
            output.Passwd.Users.Add(new Ign2User
            {
                Name = user.Name,
                PasswordHash = user.PasswordHash,
                SshAuthorizedKeys = user.SshAuthorizedKeys,
                Uid = user.Uid,
                Gecos = user.Gecos,
                HomeDir = user.HomeDir,
                NoCreateHome = user.NoCreateHome,
                PrimaryGroup = user.PrimaryGroup,
                Groups = user.Groups,
                NoUserGroup = user.NoUserGroup,
                System = user.System,
                NoLogInit = user.NoLogInit,
                Shell = user.Shell,
                Create = user.Create is not { } create ? null : new Ign2UserCreate
                {
                    Uid = create.Uid,
                    Gecos = create.Gecos,
                    HomeDir = create.HomeDir,
                    NoCreateHome = create.NoCreateHome,
                    PrimaryGroup = create.PrimaryGroup,
                    Groups = create.Groups,
                    NoUserGroup = create.NoUserGroup,
                    System = create.System,
                    NoLogInit = create.NoLogInit,
                    Shell = create.Shell,
                },
            });
        }
        foreach (var group in config.Passwd.Groups)
        {
            output.Passwd.Groups.Add(
                new Ign2Group { Name = group.Name, Gid = group.Gid, PasswordHash = group.PasswordHash, System = group.System });
        }
    }

    private void TranslateRaid()
    {
        foreach (var raid in config.Storage.Raid)
        {
            output.Storage.Raid.Add(new Ign2Raid
            {
                Name = raid.Name, Level = raid.Level, Spares = raid.Spares, Devices = raid.Devices, Options = raid.Options,
            });
        }
    }

    private void TranslateUpdateConf()
    {
        var text = ClcUpdateConf.Write(config, release.IsNew);
        if (text.Length == 0)
        {
            return;
        }
        output.Storage.Files.Add(Copy(new ClcFile(), new Ign2File
        {
            Mode = 420, Source = DataUrl.Encode(ByteText.ToBytes(text)),
        }));
        (output.Storage.Files[^1].Filesystem, output.Storage.Files[^1].Path) = (Root, "/etc/coreos/update.conf");
    }
}
