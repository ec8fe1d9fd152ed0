BeforeAll { . $PSScriptRoot/Support.ps1 }

Describe 'Nodes' {
    Context 'New-Node' {
        BeforeEach { $dir = New-TestCluster -Node @(); Set-Location $dir }
        AfterEach { Remove-TestXenDir }

        It 'makes several from one decode, sparse, and returns them' {
            $nodes = New-Node etcd node-1, node-2, node-3 -Image 1520.9.0
            $nodes.FullName | Should -Be etcd/node-1, etcd/node-2, etcd/node-3
            $nodes.HasDisk | Should -Be $true, $true, $true
            (Get-Item guests/etcd/node-3.img).Length | Should -Be 4756340736
            [long](du -B1 guests/etcd/node-3.img).Split("`t")[0] | Should -BeLessThan 100MB
            cmp guests/etcd/node-1.img guests/etcd/node-3.img
            $LASTEXITCODE | Should -Be 0
        }
        It 'takes images from the pipeline, and appends space' {
            $node = Get-CoreOSImage 1520.9.0 | New-Node etcd node-1 -AdditionalSpace 2GB
            (Get-Item $node.DiskPath).Length | Should -Be (4756340736 + 2GB)
        }
        It 'refuses an image that is not trusted, unless told to skip that' {
            Get-SigningKey | Remove-SigningKey -Confirm:$false
            { New-Node etcd node-1 -ErrorAction Stop } | Should -Throw -ErrorId 'ImageNotTrusted,*'
            'guests/etcd/node-1.img' | Should -Not -Exist
            New-Node etcd/node-1 -SkipVerification -WarningAction SilentlyContinue | Should -Not -BeNullOrEmpty
        }
        It 'completes clusters and versions' {
            Get-Completion 'New-Node et' | Should -Be etcd
            Get-Completion 'New-Node etcd node-1 -Image ' | Should -Be 1520.9.0
        }
    }

    Context 'Get-Node and Remove-Node' {
        BeforeEach { $dir = New-TestCluster node-1, node-2 -EmptyDisk }
        AfterEach { Remove-TestXenDir }

        It 'has the aliases of XenKube' {
            (Get-XenNode etcd).Count | Should -Be 2
            (Get-Alias Get-XenNode, New-XenNode, Remove-XenNode, Reset-XenNode, Test-XenNode).Definition | Should -Be Get-Node, New-Node, Remove-Node, Reset-Ignition, Test-Node
        }
        It 'completes nodes of the cluster that is typed' {
            $null = New-Cluster web
            Set-Content "$dir/guests/web/front.ct" ''
            Get-Completion 'Get-Node etcd ' | Should -Be node-1, node-2
            Get-Completion 'Get-Node web ' | Should -Be front
            Get-Completion 'Get-Node etcd/' | Should -Be etcd/node-1, etcd/node-2
        }
        It 'completes in under 50 ms, without an error, and without a XENDIR' {
            $null = Get-Completion 'Get-Node etcd '
            1..5 | ForEach-Object { (Measure-Command { Get-Completion 'Get-Node etcd ' }).TotalMilliseconds } | Sort-Object | Select-Object -First 1 | Should -BeLessThan 50
            $env:XENDIR = '/nowhere'
            Get-Completion 'Get-Node -Cluster ' | Should -BeNullOrEmpty
            $env:XENDIR = $dir
        }
        It 'removes every file of a node' {
            $null = Publish-Ignition etcd node-1
            Get-Node etcd node-1 | Remove-Node -Confirm:$false
            Get-ChildItem "$dir/guests/etcd/node-1*", "$dir/nginx/etcd/node-1*" | Should -BeNullOrEmpty
            (Get-Node etcd).Name | Should -Be node-2
        }
        It 'shows tables, lists and names' {
            Get-Node etcd | Out-String | Should -Match 'etcd/node-1 +1 MiB +00:16:3e:4e:31:11'
            Get-Node etcd node-1 | Format-List | Out-String | Should -Match 'IgnitionUri +: http://192'
            Get-Node etcd | Format-Wide | Out-String | Should -Match 'etcd/node-1 +etcd/node-2'
        }
        It 'come back as nodes from a job' {
            $nodes = Start-Job { Import-Module $using:env:XENKUBE_MODULE; Get-Node etcd } | Receive-Job -Wait -AutoRemoveJob
            $nodes[0].PSObject.TypeNames[0] | Should -Be Deserialized.XenKube.Clusters.Node
            ($nodes | Publish-Ignition).Changed | Should -Be $true, $true
            ($nodes | Get-Node) | Should -BeOfType XenKube.Clusters.Node
        }
        It 'work in ForEach-Object -Parallel and in thread jobs' {
            $module = $env:XENKUBE_MODULE
            (Get-Node etcd | ForEach-Object -Parallel { Import-Module $using:module; $_ | Publish-Ignition }).Changed | Should -Be $true, $true
            Start-ThreadJob { Import-Module $using:module; Get-Node etcd } | Receive-Job -Wait -AutoRemoveJob | Should -HaveCount 2
        }
    }
}
